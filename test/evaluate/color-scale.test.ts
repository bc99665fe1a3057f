import { describe, expect, it } from 'vitest';
import { INK, PAPER, readableOn, SCALE, shareColor } from '../../src/evaluate/color-scale';

describe('shareColor', () => {
  it('interpolates between the stops', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map(shareColor)).toEqual(SCALE);
    expect(shareColor(0.125)).toBe('#d1e2f1');
  });
});

describe('readableOn', () => {
  it('returns the color with more contrast', () => {
    expect(readableOn('#ffffff')).toBe(INK);
    expect(readableOn('#000000')).toBe(PAPER);
    expect(readableOn(SCALE[0]!)).toBe(INK);
    expect(readableOn(SCALE.at(-1)!)).toBe(PAPER);
  });
});
