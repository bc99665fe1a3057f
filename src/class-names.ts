import { inputError } from './errors';
import type { Parser } from './schema';
import { describe } from './validate';

/** The maximum number of classes: labels are bytes, and 255 is the unknown label. */
export const MAX_CLASSES = 255;

/** Distinct, non-empty class names: `min` to {@link MAX_CLASSES} of them. */
export const classNamesFrom =
  (min: number): Parser<readonly string[]> =>
  (where, given) => {
    if (!Array.isArray(given)) throw inputError(where, 'an array of class names', describe(given));
    const names: readonly unknown[] = given;
    if (names.length < min || names.length > MAX_CLASSES) {
      throw inputError(where, `${min} to ${MAX_CLASSES} class names`, `${names.length}`);
    }
    const wrong = names.findIndex((name) => typeof name !== 'string' || name.trim() === '');
    if (wrong >= 0) throw inputError(`${where}[${wrong}]`, 'a name', describe(names[wrong]));
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw inputError(where, 'distinct class names', `${describe(twice)} twice`);
    return given as string[];
  };

/** The class names of a model: 2 or more. */
export const parseClassNames = classNamesFrom(2);

/** Whether two arrays have the same names in the same order. */
export function areSameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** Lists the first eight class names for a message. */
export function listNames(names: readonly string[]): string {
  const listed = names.slice(0, 8).map((name) => describe(name));
  return names.length > 8 ? `${listed.join(', ')} and ${names.length - 8} more` : listed.join(', ');
}

/**
 * Moves the columns of targets or probabilities to other class names. New classes get 0.
 *
 * @param rows The targets or a teacher's probabilities, `[size, labels.length]`.
 * @param labels The new label of each class.
 * @returns The moved values, `[size, numClasses]`.
 */
export function moveClasses(rows: Float32Array, labels: readonly number[], numClasses: number): Float32Array {
  const moved = new Float32Array((rows.length / labels.length) * numClasses);
  rows.forEach((value, i) => {
    const row = Math.floor(i / labels.length);
    moved[row * numClasses + labels[i % labels.length]!] = value;
  });
  return moved;
}

/** Throws if both arrays of class names are known and differ. */
export function checkSameClasses(
  expected: readonly string[] | undefined,
  received: readonly string[] | undefined,
): void {
  if (!expected || !received || areSameNames(expected, received)) return;
  throw inputError(
    '',
    `the classes ${listNames(expected)} in this order`,
    listNames(received),
    'Call data.alignClasses(classNames) first.',
  );
}
