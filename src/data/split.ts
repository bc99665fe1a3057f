import { inputError } from '../errors';
import { Random } from '../random';
import { checkInteger, checkNumber, checkOptions, describe } from '../validate';
import { addTo } from './group';

/**
 * How to split a data set at random.
 *
 * @example
 * ```ts
 * const options: SplitOptions = { fractions: [0.7, 0.3], seed: 1, stratify: true };
 * const [training, validation] = dataset.split(options);
 * ```
 */
export interface SplitOptions<Fractions extends readonly number[] = readonly number[]> {
  /** Share of each part, above 0, in all at most 1. Default [0.8, 0.1, 0.1]. */
  fractions?: Fractions;
  /** Seed, an integer of at least 0. Default 0. */
  seed?: number;
  /** Whether each class is split by itself, so that all parts have the same mix of classes. Default false. */
  stratify?: boolean;
}

/**
 * The parts of a split: one for each fraction.
 *
 * @example
 * ```ts
 * const [training, test]: SplitParts<readonly [0.8, 0.2], Dataset> = dataset.split({ fractions: [0.8, 0.2] });
 * ```
 */
export type SplitParts<Fractions extends readonly number[], Part> = { [Index in keyof Fractions]: Part };

/** 80:10:10, training, validation and test. */
export const DEFAULT_FRACTIONS = [0.8, 0.1, 0.1] as const;

/**
 * Draws the parts of a random split. No index stands in two parts. Which index goes where depends on the labels' number
 * (and on the labels, if stratified), the fractions and the seed alone. The parts are cut at the
 * rounded sums of the fractions, so that each has its share to within one index; with `stratify` that holds for each class.
 *
 * @param labels One label for each index.
 * @param options Fractions, seed and whether to stratify.
 * @returns For each fraction the indices in ascending order.
 * @throws InputError if an option is unknown or out of range.
 * @example
 * ```ts
 * const [training, validation, test] = splitIndices(dataset.labels, { seed: 1, stratify: true });
 * ```
 */
export function splitIndices<const Fractions extends readonly number[] = typeof DEFAULT_FRACTIONS>(
  labels: Uint8Array,
  options: SplitOptions<Fractions> = {},
): SplitParts<Fractions, Uint32Array> {
  checkOptions('Dataset.split', options, ['fractions', 'seed', 'stratify']);
  const { seed = 0, stratify = false } = options;
  const fractions: readonly number[] = options.fractions ?? DEFAULT_FRACTIONS;
  checkInteger('Dataset.split: seed', seed, { min: 0 });
  checkFractions(fractions);
  const parts: number[][] = fractions.map(() => []);
  for (const [label, indices] of groupByLabel(labels, stratify)) {
    new Random(seed, label).shuffle(indices);
    let [share, start] = [0, 0];
    fractions.forEach((fraction, part) => {
      const end = Math.round((share += fraction) * indices.length);
      for (; start < end; start++) parts[part]!.push(indices[start]!);
    });
  }
  return parts.map((part) => Uint32Array.from(part).sort()) as SplitParts<Fractions, Uint32Array>;
}

function groupByLabel(labels: Uint8Array, stratify: boolean): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  labels.forEach((label, index) => {
    addTo(groups, stratify ? label : 0, index);
  });
  return groups;
}

function checkFractions(fractions: readonly number[]): void {
  const where = 'Dataset.split: fractions';
  if (!Array.isArray(fractions) || fractions.length === 0) {
    throw inputError(where, 'a list of shares', describe(fractions));
  }
  fractions.forEach((fraction, i) => checkNumber(`${where}[${i}]`, fraction, { min: Number.MIN_VALUE, max: 1 }));
  const sum = fractions.reduce((total, fraction) => total + fraction, 0);
  if (sum > 1 + 1e-9) {
    throw inputError(where, 'shares of at most 1 in all', `shares of ${sum} in all`);
  }
}
