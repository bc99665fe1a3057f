import { inputError } from './errors';
import { describe } from './validate';

/** The maximum number of classes: labels are bytes, and 255 stands for an unknown one. */
export const MAX_CLASSES = 255;

/**
 * Checks the names of classes.
 *
 * @param where The argument, for the message.
 * @param names The names, in label order.
 * @param min The minimum number of names. Default 1.
 * @throws InputError unless there are `min` to 255 names, none of them empty or there twice.
 */
export function checkClassNames(where: string, names: unknown, min = 1): asserts names is readonly string[] {
  if (!Array.isArray(names)) throw inputError(where, 'an array of class names', describe(names));
  if (names.length < min || names.length > MAX_CLASSES) {
    throw inputError(where, `${min} to ${MAX_CLASSES} class names, since labels are bytes`, `${names.length}`);
  }
  const wrong = names.findIndex((name) => typeof name !== 'string' || name.trim() === '');
  if (wrong >= 0) throw inputError(`${where}[${wrong}]`, 'a name', describe(names[wrong]));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw inputError(where, 'different class names', `${describe(twice)} twice`);
}

/** Whether two lists have the same names in the same order. */
export function areSameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

/** Class names as they are listed in a message: the first eight. */
export function listNames(names: readonly string[]): string {
  const listed = names.slice(0, 8).map((name) => describe(name));
  return names.length > 8 ? `${listed.join(', ')} and ${names.length - 8} more` : listed.join(', ');
}

/**
 * Moves numbers of classes to the order of other class names; a class that was not there gets 0.
 *
 * @param rows Targets or a teacher's probabilities, `[size, labels.length]`.
 * @param labels The new label of each class.
 * @param numClasses The new number of classes.
 * @returns The moved numbers, `[size, numClasses]`.
 */
export function moveClasses(rows: Float32Array, labels: readonly number[], numClasses: number): Float32Array {
  const moved = new Float32Array((rows.length / labels.length) * numClasses);
  rows.forEach((value, i) => {
    const row = Math.floor(i / labels.length);
    moved[row * numClasses + labels[i % labels.length]!] = value;
  });
  return moved;
}

/**
 * Throws if two lists of class names are both known and differ: the same label would mean different classes.
 *
 * @param where The argument with the second list, for the message.
 * @throws InputError
 */
export function checkSameClasses(
  where: string,
  expected: readonly string[] | undefined,
  received: readonly string[] | undefined,
): void {
  if (!expected || !received || areSameNames(expected, received)) return;
  throw inputError(
    where,
    `the classes ${listNames(expected)} in this order`,
    listNames(received),
    'Bring the data to these classes first: data.alignClasses(classNames).',
  );
}
