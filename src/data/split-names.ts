import { type Split, SPLITS } from '../labels';
import { oneOf, type Parser } from '../schema';

/** The index of an unknown split. */
export const NO_SPLIT = 255;

const parseSplit = oneOf(SPLITS);

const LOWER_CASE: readonly string[] = SPLITS.map((split) => split.toLowerCase());

/** The index into `SPLITS` of a name in any case, or {@link NO_SPLIT}. */
export function splitFromName(name: string): number {
  const index = LOWER_CASE.indexOf(name.toLowerCase());
  return index < 0 ? NO_SPLIT : index;
}

/** The name of a split by its index into `SPLITS`; 'unknown' for other numbers. */
export function splitName(index: number): Split | 'unknown' {
  return SPLITS[index] ?? 'unknown';
}

/**
 * Returns the indices into `SPLITS` of one or several names.
 * @throws InputError if a name is unknown.
 */
export const splitNumbers: Parser<Set<number>> = (where, split) =>
  new Set([split].flat().map((name) => SPLITS.indexOf(parseSplit(where, name))));
