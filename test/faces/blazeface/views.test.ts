import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/faces/blazeface/decode';
import { closerView, isLevelWanted, viewAround, wholePhoto } from '../../../src/faces/blazeface/views';

const face = (side: number, left = 0, top = 0): Candidate => {
  return { score: 1, left, top, right: left + side, bottom: top + side, points: [[left, top]] };
};

// Expected values are computed by hand.
describe('the views of a photo', () => {
  it('show all of it in a square, then with 256 and 512 pixels for its longer side', () => {
    expect(wholePhoto([300, 400])).toEqual({ x: 0, y: -50, scale: 3.125, height: 128, width: 128 });
    expect(closerView([300, 400], 1)).toEqual({ x: 0, y: 0, scale: 1.5625, height: 192, width: 256 });
    expect(closerView([100, 400], 2)).toEqual({ x: 0, y: 0, scale: 0.78125, height: 128, width: 512 });
    expect(closerView([400, 340], 1)).toEqual({ x: -5, y: 0, scale: 1.5625, height: 256, width: 224 }); // 217.6 pixels, in steps of 32
  });

  it('are looked at while the look before found no face or small ones, or a photo is large, and are not enlarged', () => {
    expect(isLevelWanted('auto', 1, 600, [face(150)])).toBe(false);
    expect(isLevelWanted('auto', 1, 600, [face(150), face(100)])).toBe(true); // below 0.18 of 600
    expect(isLevelWanted('auto', 1, 1000, [face(300)])).toBe(true);
    expect(isLevelWanted('auto', 2, 1000, [face(150)])).toBe(false); // 0.3 of 500
    expect(isLevelWanted('auto', 2, 1000, [])).toBe(true);
    expect(isLevelWanted('auto', 3, 4000, [])).toBe(false);
    expect(isLevelWanted('always', 3, 4000, [])).toBe(true);
    expect(isLevelWanted('always', 4, 4000, [])).toBe(false);
    expect(isLevelWanted('always', 1, 255, [])).toBe(false);
    expect(isLevelWanted('never', 1, 4000, [])).toBe(false);
  });

  it('are followed by a second look, at half the size, in which the face takes seven tenths of the side', () => {
    const view = viewAround(face(70, 100, 200)); // 35 ± 50 to the sides of its middle
    expect(view).toEqual({
      x: expect.closeTo(85),
      y: expect.closeTo(185),
      scale: expect.closeTo(100 / 64),
      height: 64,
      width: 64,
    });
  });
});
