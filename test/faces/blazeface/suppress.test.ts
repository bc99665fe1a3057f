import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/faces/blazeface/decode';
import { blend, confirmed, unique } from '../../../src/faces/blazeface/suppress';

const face = (score: number, left: number, top: number, side: number): Candidate => {
  return { score, left, top, right: left + side, bottom: top + side, points: [[left, top]] };
};

// Expected values are computed by hand.
describe('blend', () => {
  it('joins candidates that overlap by more than 0.3 into their mean, weighted by score, with the highest score', () => {
    const [joined, ...others] = blend([face(0.5, 4, 0, 10), face(1, 1, 0, 10), face(0.75, 90, 0, 10)]);
    expect(joined).toEqual({ score: 1, left: 2, top: 0, right: 12, bottom: 10, points: [[2, 0]] });
    expect(others).toEqual([face(0.75, 90, 0, 10)]);
  });

  it('keeps candidates apart that overlap by less', () => {
    expect(blend([face(0.9, 0, 0, 10), face(0.8, 6, 0, 10)])).toHaveLength(2); // 40 of 160
  });
});

describe('unique', () => {
  it('keeps the surest of faces that overlap or lie in one another, and none of those that are known', () => {
    const [sure, inside, far] = [face(0.9, 0, 0, 40), face(0.8, 5, 5, 10), face(0.7, 90, 0, 10)];
    expect(unique([far, inside, sure])).toEqual([sure, far]);
    expect(unique([far, inside], [sure])).toEqual([far]);
  });
});

describe('confirmed', () => {
  it('takes the face at the place of the candidate, if it is sure enough', () => {
    const candidate = face(0.6, 10, 10, 10);
    const [beside, there] = [face(0.99, 30, 10, 10), face(0.8, 11, 10, 10)];
    expect(confirmed([beside, there], candidate, 0.65)).toEqual([there]);
    expect(confirmed([beside, there], candidate, 0.9)).toEqual([]);
  });
});
