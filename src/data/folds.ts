import { inputError } from '../errors';
import { Random } from '../random';
import { checkInteger, checkOptions } from '../validate';
import type { LabeledImages } from './batches';
import { ImageIndex, pixelsOf } from './copies';
import { addTo } from './group';

/**
 * How to cut a data set into folds.
 *
 * @example
 * ```ts
 * const options: FoldOptions = { folds: 5, seed: 1 };
 * const folds = dataset.folds(options);
 * ```
 */
export interface FoldOptions {
  /** Number of folds, 2..255. Default 5. */
  folds?: number;
  /** Seed, an integer of at least 0. Default 0. */
  seed?: number;
}

/**
 * One of several ways to set a part of the pictures aside.
 *
 * @example
 * ```ts
 * const folds: Fold<Dataset>[] = dataset.folds({ folds: 5 });
 * for (const { training, held } of folds) console.log(training.size, held.size);
 * ```
 */
export interface Fold<Part> {
  /** What is trained on: all that is not held out, in file order. */
  training: Part;
  /** What is held out. */
  held: Part;
  /** Positions of the held-out pictures in the whole, ascending. */
  heldIndices: Uint32Array;
}

/**
 * Deals pictures to folds of nearly equal size and mix of classes. Equal pictures, of which FER2013 has many, come to the same fold,
 * so that none is predicted by a network that has seen its copy.
 *
 * @param data The pictures; borrowed.
 * @param options Number of folds and seed.
 * @returns The fold of each picture, `[size]`, 0..folds - 1.
 * @throws InputError if an option is unknown or out of range, or if there are fewer distinct pictures than folds.
 * @example
 * ```ts
 * const fold = foldNumbers(dataset, { folds: 5, seed: 1 });
 * ```
 */
export function foldNumbers(data: LabeledImages, options: FoldOptions = {}): Uint8Array {
  checkOptions('Dataset.folds', options, ['folds', 'seed']);
  const { folds = 5, seed = 0 } = options;
  checkInteger('Dataset.folds: folds', folds, { min: 2, max: 255 });
  checkInteger('Dataset.folds: seed', seed, { min: 0 });
  const groups = groupCopies(data);
  if (groups.length < folds) {
    const expected = `at least ${folds} different pictures`;
    throw inputError('Dataset.folds', expected, `${groups.length}`);
  }
  const byLabel = new Map<number, number[][]>();
  for (const group of groups) addTo(byLabel, data.labels[group[0]!]!, group);
  const result = new Uint8Array(data.size);
  const sizes = new Uint32Array(folds);
  for (const label of [...byLabel.keys()].sort((a, b) => a - b)) {
    const inClass = new Uint32Array(folds);
    for (const group of new Random(seed, label).shuffle(byLabel.get(label)!)) {
      const least = (a: number, b: number) => inClass[a]! - inClass[b]! || sizes[a]! - sizes[b]! || a - b;
      const fold = Array.from(sizes.keys()).sort(least)[0]!;
      inClass[fold]! += group.length;
      sizes[fold]! += group.length;
      for (const index of group) result[index] = fold;
    }
  }
  return result;
}

/** Positions of the pictures, those of equal ones together. */
function groupCopies(data: LabeledImages): number[][] {
  const index = new ImageIndex();
  const groups: number[][] = [];
  for (let i = 0; i < data.size; i++) (groups[index.add(pixelsOf(data, i))] ??= []).push(i);
  return groups;
}
