import { inputError } from './errors';
import { checkInteger, checkNumber, checkOneOf, checkOptions, describe, type Bounds } from './validate';

/** Checks a value and gives it back with its defaults. Throws an `InputError` whose message begins with `where`. */
export type Parser<T> = (where: string, value: unknown) => T;

/** A parser for each option of an interface: a key that is missing or misspelled does not compile. */
export type Schema<Options> = { readonly [Key in keyof Required<Options>]: Parser<Options[Key]> };

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
  (bounds: Bounds = {}): Parser<number> =>
  (where, value) => (checkInteger(where, value, bounds), value);

/** A finite number within the bounds. */
export const number =
  (bounds: Bounds = {}): Parser<number> =>
  (where, value) => (checkNumber(where, value, bounds), value);

/** A string that is not empty. */
export const string: Parser<string> = (where, value) => {
  if (typeof value === 'string' && value !== '') return value;
  throw inputError(where, 'a string that is not empty', describe(value));
};

/** One of some values. */
export const oneOf =
  <const T extends string | boolean>(choices: readonly T[]): Parser<T> =>
  (where, value) => (checkOneOf(where, value, choices), value);

/** An object or a function that passes a test. The expectation is the object of "expected" in the message. */
export const that =
  <T extends object>(expected: string, test: (value: Partial<T>) => boolean): Parser<T> =>
  (where, value) => {
    if (Object(value) === value && test(value as Partial<T>)) return value as T;
    throw inputError(where, expected, describe(value));
  };

/** A value that is checked elsewhere. */
export const unchecked = <T>(_where: string, value: unknown): T => value as T;

/** A value that may be left out. */
export function optional<T>(parse: Parser<T>): Parser<T | undefined>;
/** A value with a default. */
export function optional<T>(parse: Parser<T>, fallback: T): Parser<T>;
export function optional<T>(parse: Parser<T>, fallback?: T): Parser<T | undefined> {
  return (where, value) => (value === undefined ? fallback : parse(where, value));
}

/** An array, each item of which is parsed. */
export const arrayOf =
  <T>(expected: string, parse: Parser<T>): Parser<readonly T[]> =>
  (where, values) => {
    if (!Array.isArray(values)) throw inputError(where, expected, describe(values));
    return values.map((value, i) => parse(`${where}[${i}]`, value));
  };

/** An object with the keys of a schema and no others. */
export const object =
  <S extends Readonly<Record<string, Parser<unknown>>>>(schema: S): Parser<Parsed<S>> =>
  (where, value) => {
    checkOptions(where, value, Object.keys(schema));
    const given = value as Record<string, unknown>;
    const path = where.includes(':') ? `${where}.` : `${where}: `;
    const parsed = Object.entries(schema).map(([key, parse]) => [key, parse(path + key, given[key])] as const);
    return Object.fromEntries(parsed.filter(([, option]) => option !== undefined)) as Parsed<S>;
  };
