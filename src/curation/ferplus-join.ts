import { DatasetError, inputError } from '../errors';
import { EMOTIONS } from '../labels';
import { arrayOf, object, oneOf, optional, type Schema, share } from '../schema';
import { UNLABELED } from '../data/batches';
import { areSameNames, listNames } from '../class-names';
import type { Dataset } from '../data/dataset';
import { FERPLUS_CHOICES, FERPLUS_LABELS, type FerPlusChoice, type FerPlusVotes } from './ferplus';
import { NO_SPLIT, splitName } from '../data/split-names';

/** Options of {@link joinFerPlus}. */
export interface FerPlusJoinOptions {
  /**
   * - 'majority': the emotion with the most votes becomes the label. FER2013's label wins a tie, otherwise the first emotion.
   * - 'probability': the distribution of the votes becomes the soft target. Labels are kept.
   * - 'mixed' (default): a mix of FER2013's label and the distribution of the votes becomes the soft target. Labels are kept.
   */
  target?: 'majority' | 'probability' | 'mixed';
  /** The share of the votes in 'mixed' targets, 0..1. Default 0.15. */
  mix?: number;
  /**
   * Removes rows in which one of these choices has the most votes. Default: none.
   */
  drop?: readonly FerPlusChoice[];
}

const CHOICES = FERPLUS_CHOICES.length;
const CLASSES = EMOTIONS.length;
const WHERE = 'joinFerPlus';

const parse = object({
  target: optional(oneOf(['majority', 'probability', 'mixed']), 'mixed'),
  mix: optional(share, 0.15),
  drop: optional(arrayOf('an array', oneOf(FERPLUS_CHOICES)), []),
} satisfies Schema<FerPlusJoinOptions>);

/**
 * Joins FER+ votes to images of FER2013 by their file rows, so that it works for subsets too.
 *
 * Votes for contempt, unknown and NF (not a face) are ignored, because FER2013 does not have these classes. The other votes are scaled to
 * sum to 1. A row without other votes keeps its FER2013 label; remove such rows with `drop: ['NF',
 * 'unknown', 'contempt']`.
 *
 * @param dataset Images of `loadFer2013`, or a subset.
 * @param votes Votes of `loadFerPlus`.
 * @param options The kind of target and the rows to remove.
 * @returns A new data set with new labels ('majority') or soft targets. They replace existing targets.
 * @throws DatasetError if a row has no votes, has another split in FER+, or has neither label nor votes.
 * @throws InputError if an option is unknown or out of range, or the images are not from a FER2013 file.
 * @example
 * ```ts
 * const training = joinFerPlus(dataset.where('Training'), votes, { target: 'mixed', mix: 0.15, drop: ['NF'] });
 * ```
 */
export function joinFerPlus(dataset: Dataset, votes: FerPlusVotes, options: FerPlusJoinOptions = {}): Dataset {
  const { target, mix, drop } = parse(WHERE, options);
  const rowsOfVotes = matchRows(dataset, votes);
  const kept: number[] = [];
  rowsOfVotes.forEach((row, i) => {
    const leader = leadingChoice(row);
    if (leader === undefined || !drop.includes(leader)) kept.push(i);
  });
  const result = dataset.subset(kept);
  const shares = kept.map((i, k) => voteShares(rowsOfVotes[i]!, result.labels[k]!, result.rows[k]!));
  if (target === 'majority') {
    const labels = Uint8Array.from(shares, (share, k) => plurality(share, result.labels[k]!));
    return result.withLabels(labels).withTargets();
  }
  const weight = target === 'probability' ? 1 : mix;
  const targets = new Float32Array(result.size * CLASSES);
  shares.forEach((share, k) => targets.set(blendWithLabel(share, result.labels[k]!, weight), k * CLASSES));
  return result.withTargets(targets);
}

/** Returns the votes of each image, and checks its split. */
function matchRows(dataset: Dataset, { size, votes, splits }: FerPlusVotes): Uint8Array[] {
  if (!areSameNames(dataset.classNames, EMOTIONS)) {
    const expected = `the class names of FER+, ${listNames(EMOTIONS)}`;
    throw inputError(`${WHERE}: dataset`, expected, listNames(dataset.classNames));
  }
  if (dataset.names) {
    throw inputError(`${WHERE}: dataset`, 'images from a FER2013 file', 'images from single files');
  }
  return Array.from(dataset.rows, (row, i) => {
    const at = row - 2; // rows count from 1, and the first is the header
    if (at < 0 || at >= size) {
      const remedy = 'Use both files as published, with all rows in their order.';
      throw joinError(row, `a row in 2..${size + 1}, which have votes`, `row ${row}`, remedy);
    }
    const split = dataset.splits[i]!;
    if (split !== NO_SPLIT && split !== splits[at]) {
      const remedy = 'Use both files as published, with all rows in their order.';
      throw joinError(row, `the split ${splitName(split)} in FER+`, splitName(splits[at]!), remedy);
    }
    return votes.subarray(at * CHOICES, (at + 1) * CHOICES);
  });
}

function leadingChoice(votes: Uint8Array): FerPlusChoice | undefined {
  const most = Math.max(...votes);
  const first = votes.indexOf(most);
  return votes.lastIndexOf(most) === first ? FERPLUS_CHOICES[first] : undefined;
}

/** The distribution of the votes over the seven classes; the one-hot label if there are no votes. */
function voteShares(votes: Uint8Array, label: number, row: number): number[] {
  const shares = EMOTIONS.map(() => 0);
  votes.forEach((count, choice) => {
    const voted = FERPLUS_LABELS[choice];
    if (voted !== undefined) shares[voted]! += count;
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (total > 0) return shares.map((share) => share / total);
  if (label === UNLABELED) throw joinError(row, 'a label or votes for one of the seven classes', 'neither');
  return oneHot(label);
}

function plurality(shares: readonly number[], label: number): number {
  const most = Math.max(...shares);
  return shares[label] === most ? label : shares.indexOf(most);
}

function blendWithLabel(shares: readonly number[], label: number, weight: number): readonly number[] {
  if (label === UNLABELED) return shares;
  return oneHot(label).map((hot, c) => (1 - weight) * hot + weight * shares[c]!);
}

function oneHot(label: number): number[] {
  return EMOTIONS.map((_, c) => (c === label ? 1 : 0));
}

function joinError(row: number, expected: string, received: string, remedy?: string): DatasetError {
  return new DatasetError({
    where: `${WHERE}: row ${row}`,
    row,
    expected,
    received,
    ...(remedy !== undefined && { remedy }),
  });
}
