import { describe, expect, it } from 'vitest';
import { InputError } from '../src/errors';
import {
  arrayOf,
  batchSize,
  callback,
  flag,
  integer,
  number,
  object,
  oneOf,
  optional,
  POSITIVE,
  seed,
  share,
  signal,
  text,
} from '../src/schema';

const parse = object({
  batchSize,
  seed,
  rate: number(POSITIVE),
  kind: optional(oneOf(['a', 'b'])),
  nested: optional(object({ on: optional(flag, true), sizes: optional(arrayOf('an array', integer({ min: 1 })), []) })),
});

describe('a schema', () => {
  it('gives the options with their defaults, and leaves out what has none', () => {
    expect(parse('f', { rate: 0.5 })).toEqual({ batchSize: 64, seed: 0, rate: 0.5 });
    expect(parse('f', { rate: 1, batchSize: 2, nested: {} })).toEqual({
      batchSize: 2,
      seed: 0,
      rate: 1,
      nested: { on: true, sizes: [] },
    });
    expect('kind' in parse('f', { rate: 1, kind: undefined })).toBe(false);
  });

  it.each<[unknown, string | RegExp]>([
    [undefined, 'f: expected an object, received undefined.'],
    [null, 'f: expected an object, received null.'],
    [[], 'f: expected an object, received [].'],
    [
      { rate: 1, seeds: 1 },
      'f: expected keys among [batchSize, seed, rate, kind, nested], received the key "seeds". Remove it or correct its spelling.',
    ],
    [{ rate: 1, toString: 1 }, /received the key "toString"/],
    [{}, 'f: rate: expected a finite number above 0, received undefined.'],
    [{ rate: 1, batchSize: 0 }, 'f: batchSize: expected an integer of at least 1, received 0.'],
    [{ rate: 1, kind: 'c' }, 'f: kind: expected one of "a", "b", received "c".'],
    [{ rate: 1, nested: { on: 1 } }, 'f: nested.on: expected true or false, received 1.'],
    [{ rate: 1, nested: { sizes: [1, 0] } }, 'f: nested.sizes[1]: expected an integer of at least 1, received 0.'],
  ])('refuses %j by the name of the option', (options, message) => {
    expect(() => parse('f', options)).toThrow(InputError);
    expect(() => parse('f', options)).toThrow(message);
  });

  it('takes signals and functions, and null for none', () => {
    const listen = object({ signal, onProgress: callback<() => void>() });
    const given = { signal: AbortSignal.abort(), onProgress: () => undefined };
    expect(listen('f', given)).toEqual(given);
    expect(listen('f', { signal: null, onProgress: null })).toEqual({});
    expect(() => listen('f', { signal: {} })).toThrow(/^f: signal: expected an AbortSignal, received an object/);
    expect(() => listen('f: options', { onProgress: 0 })).toThrow(
      'f: options.onProgress: expected a function, received 0.',
    );
  });

  it('continues the place of its caller, or that of a method', () => {
    expect(() => object({ share })('', { share: 2 })).toThrow(/^: share: expected a finite number in 0\.\.1/);
    expect(() => object({ text })('Dataset.split', { text: '' })).toThrow(
      /^Dataset\.split: text: expected a non-empty/,
    );
    expect(() => object({ text })('f: options', { text: '' })).toThrow(/^f: options\.text: expected/);
  });
});
