import { describe, expect, it } from 'vitest';
import { copyRows, join, oneHot } from '../../src/data/rows';

describe('rows of images', () => {
  it('are copied in the order of the indices', () => {
    expect(copyRows(Uint8Array.of(1, 2, 3, 4), [1, 0, 1], new Float32Array(6))).toEqual(
      Float32Array.of(3, 4, 1, 2, 3, 4),
    );
    expect(copyRows(Uint8Array.of(1, 2), [], new Uint8Array(0))).toEqual(new Uint8Array(0));
  });

  it('are concatenated', () => {
    expect(join(Uint32Array, [[1, 2], [], [3]], (numbers) => Uint32Array.from(numbers))).toEqual(
      Uint32Array.of(1, 2, 3),
    );
  });

  it('are one-hot, and all 0 for unknown labels', () => {
    expect(oneHot(Uint8Array.of(1, 255, 0), 2)).toEqual(Float32Array.of(0, 1, 0, 0, 1, 0));
  });
});
