import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset';
import { splitIndices } from '../../src/data/split';
import { InputError } from '../../src/errors';
import { numberedDataset } from './fixtures';

const labels = Uint8Array.from({ length: 1003 }, (_, i) => (i % 10 === 0 ? 1 : i % 3 === 0 ? 5 : 3));

describe('splitIndices', () => {
  it('gives each index to one part, in ascending order, 80:10:10 by default', () => {
    const parts = splitIndices(labels);
    expect(parts.map(({ length }) => length)).toEqual([802, 101, 100]);
    const all = parts.flatMap((part) => [...part]);
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1003 }, (_, i) => i));
    for (const part of parts) expect([...part]).toEqual([...part].toSorted((a, b) => a - b));
  });

  it('depends on the seed and on nothing else', () => {
    for (const stratify of [false, true]) {
      const [a, b, c] = [1, 1, 2].map((seed) => splitIndices(labels, { seed, stratify })[1]);
      expect(a).toEqual(b);
      expect(a).not.toEqual(c);
    }
    expect([...splitIndices(labels.subarray(0, 30))[2]]).toEqual([...splitIndices(new Uint8Array(30))[2]]);
  });

  it('draws from the whole data set', () => {
    const [, validation] = splitIndices(labels);
    const mean = validation.reduce((sum, index) => sum + index, 0) / validation.length;
    expect(mean).toBeGreaterThan(400);
    expect(mean).toBeLessThan(600);
  });

  it('keeps each class at its share if stratified', () => {
    const totals = [1, 3, 5].map((label) => labels.filter((x) => x === label).length);
    splitIndices(labels, { fractions: [0.5, 0.3, 0.2], stratify: true, seed: 3 }).forEach((part, p) => {
      const share = [0.5, 0.3, 0.2][p]!;
      [1, 3, 5].forEach((label, k) => {
        const count = part.filter((index) => labels[index] === label).length;
        expect(Math.abs(count - share * totals[k]!)).toBeLessThanOrEqual(1);
      });
    });
  });

  it('drops the rest if the fractions sum to less than 1', () => {
    const parts = splitIndices(labels, { fractions: [0.25, 0.1] });
    expect(parts.map(({ length }) => length)).toEqual([251, 100]);
  });

  it('splits empty and very small data sets', () => {
    expect(splitIndices(new Uint8Array(0)).map(({ length }) => length)).toEqual([0, 0, 0]);
    expect(splitIndices(new Uint8Array(1)).map(({ length }) => length)).toEqual([1, 0, 0]);
  });

  it.each([
    [{ fractions: [] }, 'fractions: expected an array of fractions'],
    [{ fractions: 0.8 }, 'fractions: expected an array of fractions'],
    [{ fractions: [0.8, 0.3] }, 'expected a sum of at most 1'],
    [{ fractions: [0.8, 0] }, 'fractions[1]'],
    [{ fractions: [NaN] }, 'fractions[0]'],
    [{ seed: -1 }, 'seed'],
    [{ ratio: 0.8 }, 'the key "ratio"'],
  ])('refuses %j', (options, message) => {
    expect(() => splitIndices(labels, options as object)).toThrow(InputError);
    expect(() => splitIndices(labels, options as object)).toThrow(message);
    expect(() => splitIndices(labels, options as object)).toThrow(/^Dataset\.split: /);
  });
});

describe('Dataset.split', () => {
  it('gives data sets that share no image and are typed by the fractions', () => {
    const dataset = numberedDataset(500);
    const [training, validation, test] = dataset.split({ seed: 4, stratify: true });
    expectTypeOf(training).toEqualTypeOf<Dataset>();
    expectTypeOf(dataset.split({ fractions: [0.9, 0.1] })).toEqualTypeOf<readonly [Dataset, Dataset]>();
    const rows = [training, validation, test].flatMap((part) => [...part.rows]);
    expect(new Set(rows).size).toBe(500);
    expect(training.size).toBeGreaterThan(390);
    for (const part of [training, validation, test]) {
      for (let i = 0; i < part.size; i += 7) {
        const from = part.rows[i]! - 1;
        expect(part.images.subarray(4 * i, 4 * i + 4)).toEqual(dataset.images.subarray(4 * from, 4 * from + 4));
        expect(part.labels[i]).toBe(dataset.labels[from]);
      }
    }
  });
});
