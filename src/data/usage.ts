import type { Usage } from '../labels';
import { USAGES } from '../labels';
import { checkOneOf } from '../validate';

/** The usage of a row whose split is unknown. */
export const NO_USAGE = 255;

const LOWER_CASE: readonly string[] = USAGES.map((usage) => usage.toLowerCase());

/** The position in `USAGES` of a split's name in any case, or {@link NO_USAGE}. */
export function usageFromName(name: string): number {
  const index = LOWER_CASE.indexOf(name.toLowerCase());
  return index < 0 ? NO_USAGE : index;
}

/** The name of a split by its position in `USAGES`; 'unknown' for any other number. */
export function usageName(index: number): Usage | 'unknown' {
  return USAGES[index] ?? 'unknown';
}

/**
 * The positions in `USAGES` of the splits that are named.
 * @throws InputError if one is none of the three.
 */
export function usageIndices(where: string, usage: Usage | readonly Usage[]): Set<number> {
  return new Set([usage].flat().map((name) => (checkOneOf(where, name, USAGES), USAGES.indexOf(name))));
}
