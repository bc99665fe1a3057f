import { describe, expect, it } from 'vitest';
import { samplePhoto } from '../../../src/faces/blazeface/sample';

/** The red values, 0..255, of a square drawn at a size. */
function draw(data: number[], width: number, channels: number, x: number, y: number, side: number, size: number) {
  const out = new Float32Array(size * size * 3);
  const height = data.length / width / channels;
  samplePhoto({ data, width, height, channels }, { x, y, scale: side / size, height: size, width: size }, out);
  return Array.from({ length: size * size }, (_, i) => Math.round((out[3 * i]! + 1) * 127.5 * 1000) / 1000);
}

// Expected values are computed by hand.
describe('samplePhoto', () => {
  it('averages over areas where it shrinks', () => {
    const quarters = [0, 10, 100, 110, 20, 30, 120, 130, 40, 50, 7, 7, 60, 70, 7, 7];
    expect(draw(quarters, 4, 1, 0, 0, 4, 2)).toEqual([15, 115, 55, 7]);
    expect(draw([30, 60, 90, 30, 60, 90, 30, 60, 90], 3, 1, 0, 0, 3, 2)).toEqual([40, 80, 40, 80]); // (30 * 1 + 60 * 0.5) / 1.5
  });

  it('interpolates linearly where it grows, with black beyond the edges', () => {
    expect(draw([100, 200], 2, 1, 0, 0, 2, 4).slice(0, 4)).toEqual([56.25, 93.75, 131.25, 112.5]); // the upper row is dimmed by 0.75
  });

  it('fills with black what lies beyond the photo', () => {
    expect(draw([255, 255], 2, 1, 0, -0.5, 2, 2)).toEqual([127.5, 127.5, 127.5, 127.5]); // half of each row is outside
    expect(draw([255], 1, 1, 5, 5, 2, 2)).toEqual([0, 0, 0, 0]);
  });

  it('takes colors as they come, and lays transparent ones over white', () => {
    const out = new Float32Array(3);
    const view = { x: 0, y: 0, scale: 1, height: 1, width: 1 };
    samplePhoto({ data: [0, 51, 255], width: 1, height: 1, channels: 3 }, view, out);
    expect(out).toBeAllClose([-1, -0.6, 1]);
    samplePhoto({ data: [0, 255, 255, 102], width: 1, height: 1, channels: 4 }, view, out);
    expect(out).toBeAllClose([0.2, 1, 1]); // 255 * 0.6 = 153 of white
  });
});
