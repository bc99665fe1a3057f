import type { Split } from '../labels';
import { SPLITS } from '../labels';
import { checkOneOf } from '../validate';

/** The split of a row whose split is unknown. */
export const NO_SPLIT = 255;

const LOWER_CASE: readonly string[] = SPLITS.map((split) => split.toLowerCase());

/** The position in `SPLITS` of a split's name in any case, or {@link NO_SPLIT}. */
export function splitFromName(name: string): number {
  const index = LOWER_CASE.indexOf(name.toLowerCase());
  return index < 0 ? NO_SPLIT : index;
}

/** The name of a split by its position in `SPLITS`; 'unknown' for any other number. */
export function splitName(index: number): Split | 'unknown' {
  return SPLITS[index] ?? 'unknown';
}

/**
 * The positions in `SPLITS` of the splits that are named.
 * @throws InputError if one is none of the three.
 */
export function splitNumbers(where: string, split: Split | readonly Split[]): Set<number> {
  return new Set([split].flat().map((name) => (checkOneOf(where, name, SPLITS), SPLITS.indexOf(name))));
}
