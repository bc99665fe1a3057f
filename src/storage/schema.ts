import { weightsError } from '../errors';
import { describe, isObject } from '../validate';

/**
 * Looks at a value of a stored file and throws a {@link WeightsError} that names its place if it is not as it must be.
 *
 * @param where The file and the path of keys, for instance `card.json: training.seed`.
 * @param value The value.
 */
export type Check = (where: string, value: unknown) => void;

/** Throws with the usual grammar. */
function refuse(where: string, expected: string, value: unknown): never {
  const place = where.replace(/:$/, '');
  throw weightsError(place, expected, value === undefined ? 'nothing' : describe(value));
}

/** A string that is not empty and, if a pattern is given, matches it. */
export function text(pattern?: RegExp): Check {
  return (where, value) => {
    if (typeof value !== 'string' || value === '') refuse(where, 'a string', value);
    if (pattern && !pattern.test(value)) refuse(where, `a string like ${pattern.source}`, value);
  };
}

/** A finite number within bounds, both inclusive. */
export function number(min = -Infinity, max = Infinity): Check {
  return (where, value) => {
    if (!Number.isFinite(value) || (value as number) < min || (value as number) > max) {
      refuse(where, `a number in ${min}..${max}`, value);
    }
  };
}

/** An integer of at least `min`. */
export function integer(min = 0): Check {
  return (where, value) => {
    if (!Number.isSafeInteger(value) || (value as number) < min) refuse(where, `an integer of at least ${min}`, value);
  };
}

/** Exactly one of the values. */
export function oneOf(...choices: readonly (string | number)[]): Check {
  return (where, value) => {
    if (!choices.includes(value as string)) refuse(where, `one of ${JSON.stringify(choices)}`, value);
  };
}

/** A list of at least `min` and at most `max` items, each of which is checked. */
export function list(item: Check, min = 0, max = Infinity): Check {
  const length = min === max ? `${min}` : `at least ${min}`;
  return (where, value) => {
    if (!Array.isArray(value) || value.length < min || value.length > max)
      refuse(where, `a list of length ${length}`, value);
    value.forEach((each, i) => item(`${where}[${i}]`, each));
  };
}

/** A value, or a list of three. */
export function oneOrThree(item: Check): Check {
  const three = list(item, 3, 3);
  return (where, value) => (Array.isArray(value) ? three : item)(where, value);
}

/** A list of `min` to `max` texts of which no two are the same. */
export function distinctTexts(min: number, max: number): Check {
  const texts = list(text(), min, max);
  return (where, value) => {
    texts(where, value);
    if (new Set(value as string[]).size < (value as string[]).length) refuse(where, 'texts that differ', value);
  };
}

/** An object with any keys, each value of which is checked. */
export function record(item: Check): Check {
  return (where, value) => {
    if (!isObject(value)) refuse(where, 'an object', value);
    for (const [key, each] of Object.entries(value)) item(`${where}.${key}`, each);
  };
}

/** An object with the required keys, perhaps some of the optional ones, and no others. */
export function object(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (where, value) => {
    if (!isObject(value)) refuse(where, 'an object', value);
    const path = (key: string) => (where.endsWith(':') ? `${where} ${key}` : `${where}.${key}`);
    for (const [key, check] of Object.entries(required)) check(path(key), value[key]);
    for (const [key, check] of Object.entries(optional)) if (value[key] !== undefined) check(path(key), value[key]);
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(required, key) && !Object.hasOwn(optional, key));
    if (unknown !== undefined) {
      refuse(
        path(unknown),
        `one of the keys [${[...Object.keys(required), ...Object.keys(optional)].join(', ')}]`,
        unknown,
      );
    }
  };
}
