import { InputError, inputError, WeightsError } from './errors';
import { checkInteger, checkNumber, checkOneOf, checkText, describe, isObject, type Bounds } from './validate';

/** Checks a value and gives it back with its defaults. Throws an `InputError` whose message begins with `where`. */
export type Parser<T> = (where: string, value: unknown) => T;

/** A parser for each option of an interface: a key that is missing or misspelled does not compile. */
export type Schema<Options> = { readonly [Key in keyof Required<Options>]: Parser<Options[Key]> };

/** A parser for each option of an interface, where some give another type than they take. */
export type Described<Options> = { readonly [Key in keyof Required<Options>]: Parser<unknown> };

type Result<P> = P extends Parser<infer T> ? T : never;
type MayBeMissing<S> = { [Key in keyof S]: undefined extends Result<S[Key]> ? Key : never }[keyof S];

/** Options that were parsed: checked, and with their defaults. */
export type Parsed<S> = { readonly [Key in Exclude<keyof S, MayBeMissing<S>>]: Result<S[Key]> } & {
  readonly [Key in MayBeMissing<S>]?: Exclude<Result<S[Key]>, undefined>;
};

/** Bounds of a number that must be positive. */
export const POSITIVE: Bounds = { min: Number.MIN_VALUE };

/** An integer within the bounds. */
export const integer =
  /* @__NO_SIDE_EFFECTS__ */
  (bounds: Bounds = {}): Parser<number> =>
    (where, value) => (checkInteger(where, value, bounds), value);

/** A finite number within the bounds. */
export const number =
  /* @__NO_SIDE_EFFECTS__ */
  (bounds: Bounds = {}): Parser<number> =>
    (where, value) => (checkNumber(where, value, bounds), value);

/** A number in 0..1. */
export const share = number({ min: 0, max: 1 });

/** A string that is not empty. */
export const text: Parser<string> = (where, value) => (checkText(where, value), value as string);

/** A string of a pattern. */
export const like =
  /* @__NO_SIDE_EFFECTS__ */
  (expected: string, pattern: RegExp): Parser<string> =>
    (where, value) => {
      if (typeof value === 'string' && pattern.test(value)) return value;
      throw inputError(where, expected, describe(value));
    };

/** True or false. */
export const flag: Parser<boolean> = (where, value) => {
  if (typeof value === 'boolean') return value;
  throw inputError(where, 'true or false', describe(value));
};

/** One of some values. */
export const oneOf =
  /* @__NO_SIDE_EFFECTS__ */
  <const T extends string | number | boolean>(choices: readonly T[]): Parser<T> =>
    (where, value) => (checkOneOf(where, value, choices), value);

/** An object or a function that passes a test. The expectation is the object of "expected" in the message. */
export const that =
  /* @__NO_SIDE_EFFECTS__ */
  <T extends object>(expected: string, test: (value: Partial<T>) => boolean, remedy?: string): Parser<T> =>
    (where, value) => {
      if (Object(value) === value && test(value as Partial<T>)) return value as T;
      throw inputError(where, expected, describe(value), remedy);
    };

/** An object or a function that has a method. */
export const having =
  /* @__NO_SIDE_EFFECTS__ */
  <T extends object>(method: keyof T, expected: string, remedy?: string): Parser<T> =>
    that<T>(expected, ({ [method]: found }) => typeof found === 'function', remedy);

/** A value that is checked elsewhere. */
export const unchecked = <T>(_where: string, value: unknown): T => value as T;

/** A value that may be left out. */
export function optional<T>(parse: Parser<T>): Parser<T | undefined>;
/** A value with a default. */
export function optional<T>(parse: Parser<T>, fallback: T): Parser<T>;
export function optional<T>(parse: Parser<T>, fallback?: T): Parser<T | undefined> {
  return (where, value) => (value === undefined ? fallback : parse(where, value));
}

/** The option `signal`; null counts as none. */
export const signal: Parser<AbortSignal | undefined> = (where, value) =>
  value === null ? undefined : given(where, value);

const given = optional(
  that<AbortSignal>(
    'an AbortSignal',
    ({ throwIfAborted, addEventListener }) =>
      typeof throwIfAborted === 'function' && typeof addEventListener === 'function',
  ),
);

/** An option that is called, such as `onProgress`; null counts as none. */
export const callback =
  /* @__NO_SIDE_EFFECTS__ */
  <T>(): Parser<T | undefined> =>
    (where, value) => {
      if (value === undefined || value === null) return undefined;
      if (typeof value === 'function') return value as T;
      throw inputError(where, 'a function', describe(value));
    };

/** The option `seed`. */
export const seed = optional(integer({ min: 0 }), 0);

/** The option `batchSize`: the number of images at a time. */
export const batchSize = optional(integer({ min: 1 }), 64);

/** An array of a length within the bounds, each item of which is parsed. */
export const arrayOf =
  /* @__NO_SIDE_EFFECTS__ */
  <T>(expected: string, parse: Parser<T>, { min = 0, max = Infinity }: Bounds = {}): Parser<readonly T[]> =>
    (where, values) => {
      if (Array.isArray(values) && values.length >= min && values.length <= max) {
        return values.map((value, i) => parse(`${where}[${i}]`, value));
      }
      throw inputError(where, expected, describe(values));
    };

/** An object with any keys, the values of which are parsed. */
export const recordOf =
  /* @__NO_SIDE_EFFECTS__ */
  <T>(parse: Parser<T>): Parser<Readonly<Record<string, T>>> =>
    (where, value) => {
      if (!isObject(value)) throw inputError(where, 'an object', describe(value));
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, parse(`${where}.${key}`, each)]));
    };

/** An object with the keys of a schema and no others. */
export const object =
  /* @__NO_SIDE_EFFECTS__ */
  <S extends Readonly<Record<string, Parser<unknown>>>>(schema: S): Parser<Parsed<S>> =>
    (where, value) => {
      if (!isObject(value)) throw inputError(where, 'an object', describe(value));
      const unknown = Object.keys(value).find((key) => !Object.hasOwn(schema, key));
      if (unknown !== undefined) {
        throw inputError(
          where,
          `keys among [${Object.keys(schema).join(', ')}]`,
          `the key ${JSON.stringify(unknown)}`,
          'Remove it or correct its spelling.',
        );
      }
      const path = /^\w*(\.\w+)?$/.test(where) ? `${where}: ` : `${where}.`;
      const parsed = Object.entries(schema).map(([key, parse]) => [key, parse(path + key, value[key])] as const);
      return Object.fromEntries(parsed.filter(([, option]) => option !== undefined)) as Parsed<S>;
    };

/** What a file holds: the error is a `WeightsError`, since the file is wrong, and no argument. */
export const stored =
  /* @__NO_SIDE_EFFECTS__ */
  <T>(parse: Parser<T>): Parser<T> =>
    (where, value) => {
      try {
        return parse(where, value);
      } catch (error) {
        throw error instanceof InputError ? new WeightsError(error) : error;
      }
    };
