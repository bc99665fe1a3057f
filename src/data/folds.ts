import { inputError } from '../errors';
import { Random } from '../random';
import { integer, object, optional, type Schema, seed } from '../schema';
import type { LabeledImages } from './batches';
import { ImageIndex, pixelsOf } from './copies';
import { addTo } from './group';

/** Options of `Dataset.folds`. */
export interface FoldOptions {
  /** The number of folds, 2..255. Default 5. */
  folds?: number;
  /** The seed, an integer of at least 0. Default 0. */
  seed?: number;
}

/** A fold of a cross-validation. */
export interface Fold<Part> {
  /** The training images: all that are not held out, in file order. */
  training: Part;
  /** The held-out images. */
  held: Part;
  /** The indices of the held-out images in the data set, ascending. */
  heldIndices: Uint32Array;
}

const parse = object({ folds: optional(integer({ min: 2, max: 255 }), 5), seed } satisfies Schema<FoldOptions>);

/**
 * Assigns images to folds of nearly equal size and class distribution. Equal images, of which FER2013 has many, are in the same fold.
 *
 * @param data The images; borrowed.
 * @param options The number of folds and the seed.
 * @returns The fold of each image, `[size]`, 0..folds - 1.
 */
export function foldNumbers(data: LabeledImages, options: FoldOptions = {}): Uint8Array {
  const { folds, seed } = parse('Dataset.folds', options);
  const groups = groupCopies(data);
  if (groups.length < folds) {
    const expected = `at least ${folds} distinct images`;
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

/** The indices of the images, grouped by equality. */
function groupCopies(data: LabeledImages): number[][] {
  const index = new ImageIndex();
  const groups: number[][] = [];
  for (let i = 0; i < data.size; i++) (groups[index.add(pixelsOf(data, i))] ??= []).push(i);
  return groups;
}
