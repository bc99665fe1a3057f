import { describe, expect, it } from 'vitest';
import { findCopies } from '../../src/evaluate/duplicates';
import { makeData, SIDE } from './fixture';

const PIXELS = SIDE * SIDE;

describe('findCopies', () => {
  it('marks the images that are in the other set, at any position', () => {
    const known = makeData(4);
    const data = makeData(3);
    data.images.set(known.images.subarray(3 * PIXELS), 0);
    data.images.set(known.images.subarray(0, PIXELS), 2 * PIXELS);
    expect(findCopies(data, known)).toEqual(Uint8Array.of(1, 0, 1));
    expect(findCopies(makeData(0), known)).toHaveLength(0);
    expect(findCopies(data, makeData(0))).toEqual(Uint8Array.of(0, 0, 0));
  });

  it('distinguishes images that differ in one pixel, also by less than 1', () => {
    const known = makeData(1);
    const data = makeData(1, { images: Float32Array.from(known.images) });
    expect(findCopies(data, known)).toEqual(Uint8Array.of(1));
    data.images[5]! += 0.25;
    expect(findCopies(data, known)).toEqual(Uint8Array.of(0));
  });
});
