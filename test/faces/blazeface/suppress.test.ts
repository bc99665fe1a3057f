import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/faces/blazeface/decode';
import { blend, confirmed, unique } from '../../../src/faces/blazeface/suppress';
import { isLevelWanted, isWhole, squareAround, tilesOf, wholePhoto } from '../../../src/faces/blazeface/tiles';

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

describe('the tiles of a photo', () => {
  it('cover it, overlapping by at least a quarter, with half the longer side at level 1', () => {
    expect(wholePhoto([300, 400])).toEqual({ x: 0, y: -50, side: 400 });
    const tiles = tilesOf([300, 400], 1);
    expect(tiles.map(({ x, y }) => [x, y])).toEqual([
      [0, 0],
      [100, 0],
      [200, 0],
      [0, 100],
      [100, 100],
      [200, 100],
    ]);
    expect(tilesOf([100, 400], 1).map(({ y }) => y)).toEqual([-50, -50, -50]); // a strip lower than a tile
  });

  it('show a face whole, unless it is cut off within the photo', () => {
    const tile = { x: 100, y: 0, side: 200 };
    expect(isWhole(face(1, 110, -5, 50), tile, [200, 400])).toBe(true); // cut off by the photo's edge
    expect(isWhole(face(1, 99, 10, 50), tile, [200, 400])).toBe(false);
    expect(isWhole(face(1, 270, 10, 50), tile, [200, 400])).toBe(false);
    expect(isWhole(face(1, 270, 10, 50), tile, [200, 300])).toBe(true);
  });

  it('are looked at while the look before found none or small faces, and they are not enlarged', () => {
    expect(isLevelWanted('auto', 1, 1000, [face(1, 0, 0, 300)])).toBe(false);
    expect(isLevelWanted('auto', 1, 1000, [face(1, 0, 0, 300), face(1, 0, 0, 150)])).toBe(true);
    expect(isLevelWanted('auto', 2, 1000, [face(1, 0, 0, 150)])).toBe(false); // 0.3 of 500
    expect(isLevelWanted('auto', 2, 1000, [])).toBe(true);
    expect(isLevelWanted('auto', 3, 4000, [])).toBe(false);
    expect(isLevelWanted('always', 3, 4000, [])).toBe(true);
    expect(isLevelWanted('always', 4, 4000, [])).toBe(false);
    expect(isLevelWanted('always', 1, 255, [])).toBe(false);
    expect(isLevelWanted('never', 1, 4000, [])).toBe(false);
  });

  it('are followed by a second look, in which the face takes two fifths of the side', () => {
    expect(squareAround(face(1, 100, 200, 40))).toEqual({ x: 70, y: 170, side: 100 });
  });
});
