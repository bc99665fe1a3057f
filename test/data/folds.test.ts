import { describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset';
import { InputError } from '../../src/errors';

/** 60 images of 2×2 pixels, classes 0 and 1 in turn, of which the last 20 are copies of the first 20. */
const dataset = new Dataset({
  images: Uint8Array.from({ length: 240 }, (_, i) => (i % 4 === 0 ? Math.floor(i / 4) % 40 : 7)),
  labels: Uint8Array.from({ length: 60 }, (_, i) => i % 2),
  height: 2,
  width: 2,
});

describe('Dataset.folds', () => {
  it('holds each image out once, in parts of nearly equal size and mix of classes', () => {
    const folds = dataset.folds({ folds: 5, seed: 1 });
    for (const { held } of folds) expect(Math.abs(held.size - 12)).toBeLessThanOrEqual(1); // copies go together
    const all = folds.flatMap(({ heldIndices }) => [...heldIndices]).toSorted((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 60 }, (_, i) => i));
    for (const { training, held, heldIndices } of folds) {
      expect(training.size + held.size).toBe(60);
      expect([...held.rows]).toEqual([...heldIndices].map((index) => index + 1));
      const [zeros, ones] = held.classCounts();
      expect(Math.abs(zeros! - ones!)).toBeLessThanOrEqual(2);
    }
  });

  it('keeps equal images in one fold', () => {
    for (const { training, held } of dataset.folds({ folds: 4 })) {
      const seen = new Set(Array.from({ length: training.size }, (_, i) => training.images[4 * i]));
      for (let i = 0; i < held.size; i++) expect(seen.has(held.images[4 * i])).toBe(false);
    }
  });

  it('depends on the seed alone', () => {
    const held = (seed: number) => [...dataset.folds({ seed })[0]!.heldIndices];
    expect(held(3)).toEqual(held(3));
    expect(held(3)).not.toEqual(held(4));
  });

  it('refuses fewer distinct images than folds, and invalid numbers of folds', () => {
    expect(() => dataset.folds({ folds: 41 })).toThrow(
      /^Dataset\.folds: expected at least 41 distinct images, received 40/,
    );
    expect(() => dataset.folds({ folds: 1 })).toThrow(InputError);
    expect(() => dataset.folds({ folds: 256 })).toThrow(/^Dataset\.folds: folds: expected an integer in 2\.\.255/);
    expect(() => dataset.folds({ parts: 3 } as never)).toThrow(InputError);
  });
});

describe('Dataset.withTeacher', () => {
  const teacher = Float32Array.from({ length: 420 }, (_, i) => (i % 7 === Math.floor(i / 7) % 7 ? 1 : 0));

  it('is kept in subsets, and in concatenations if all sets have one', () => {
    const taught = dataset.withTeacher(teacher);
    expect([...taught.subset([3, 9]).teacher!]).toEqual(
      [3, 2].flatMap((k) => [0, 1, 2, 3, 4, 5, 6].map((i) => +(i === k))),
    );
    expect(taught.concat(taught).teacher).toHaveLength(840);
    expect(taught.concat(dataset).teacher).toBeUndefined();
    expect(taught.withTeacher().teacher).toBeUndefined();
  });

  it('refuses rows that are not probabilities', () => {
    expect(() => dataset.withTeacher(teacher.subarray(7))).toThrow(/teacher: expected a Float32Array of length 420/);
    expect(() => dataset.withTeacher(teacher.map((x) => x / 2))).toThrow(/teacher: expected rows that sum to 1/);
  });
});
