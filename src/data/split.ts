import { inputError } from '../errors';
import { Random } from '../random';
import { arrayOf, flag, number, object, optional, POSITIVE, type Schema, seed } from '../schema';
import { addTo } from './group';

/** Options of `Dataset.split`. */
export interface SplitOptions<Fractions extends readonly number[] = readonly number[]> {
  /** The fraction of each part, above 0, with a sum of at most 1. Default [0.8, 0.1, 0.1]. */
  fractions?: Fractions;
  /** The seed, an integer of at least 0. Default 0. */
  seed?: number;
  /** Whether all parts have the same class distribution. Default false. */
  stratify?: boolean;
}

/** The parts of a split, one per fraction. */
export type SplitParts<Fractions extends readonly number[], Part> = { [Index in keyof Fractions]: Part };

/** 80:10:10, training, validation and test. */
export const DEFAULT_FRACTIONS = [0.8, 0.1, 0.1] as const;

const parseFractions = arrayOf('an array of fractions', number({ ...POSITIVE, max: 1 }));

const parse = object({
  fractions: optional<readonly number[]>((where, given) => {
    const fractions = parseFractions(where, given);
    const sum = fractions.reduce((total, fraction) => total + fraction, 0);
    if (fractions.length === 0) throw inputError(where, 'an array of fractions', '[]');
    if (sum > 1 + 1e-9) throw inputError(where, 'a sum of at most 1', `${sum}`);
    return fractions;
  }, DEFAULT_FRACTIONS),
  seed,
  stratify: optional(flag, false),
} satisfies Schema<SplitOptions>);

/**
 * Draws the disjoint parts of a random split. The result depends only on the number of labels (on the labels with `stratify`), the
 * fractions and the seed. The sizes of the parts are exact to within one index, with `stratify` for each class.
 *
 * @param options The fractions, the seed and whether to stratify.
 * @returns The ascending indices of each part.
 */
export function splitIndices<const Fractions extends readonly number[] = typeof DEFAULT_FRACTIONS>(
  labels: Uint8Array,
  options: SplitOptions<Fractions> = {},
): SplitParts<Fractions, Uint32Array> {
  const { fractions, seed, stratify } = parse('Dataset.split', options);
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
