import { describe, expect, it } from 'vitest';
import { InputError } from '../src/errors';
import { checkInteger, checkIterable, checkNumber, checkOneOf, describe as text } from '../src/validate';

describe('argument checks', () => {
  it('accept values within inclusive bounds', () => {
    expect(() => checkInteger('x', 1, { min: 1, max: 1 })).not.toThrow();
    expect(() => checkNumber('x', 0.5, { min: 0.5 })).not.toThrow();
    expect(() => checkIterable('x', new Set([1]))).not.toThrow();
    expect(() => checkOneOf('x', 'a', ['a', 'b'])).not.toThrow();
  });

  it.each([
    [() => checkInteger('f: n', 1.5), 'f: n: expected an integer, received 1.5.'],
    [() => checkInteger('f: n', 2 ** 53), 'f: n: expected an integer, received 9007199254740992.'],
    [() => checkInteger('f: n', 0, { min: 1 }), 'f: n: expected an integer of at least 1, received 0.'],
    [() => checkNumber('f: x', NaN, { min: 0, max: 1 }), 'f: x: expected a finite number in 0..1, received NaN.'],
    [() => checkNumber('f: x', 0, { min: Number.MIN_VALUE }), 'f: x: expected a finite number above 0, received 0.'],
    [
      () => checkNumber('f: x', 0, { min: Number.MIN_VALUE, max: 1 }),
      'f: x: expected a finite number above 0 and at most 1, received 0.',
    ],
    [() => checkNumber('f: x', '3'), 'f: x: expected a finite number, received "3".'],
    [() => checkIterable('f: l', null), 'f: l: expected an array or another iterable, received null.'],
    [() => checkIterable('f: l', { length: 1 }), /^f: l: .* received an object with the keys \[length\]\.$/],
    [() => checkOneOf('f: c', 'z', ['a', 'b']), 'f: c: expected one of "a", "b", received "z".'],
  ])('refuse with a message of one grammar (%#)', (check, message) => {
    expect(check).toThrow(InputError);
    expect(check).toThrow(message);
  });

  it('describe any value in a few words', () => {
    const values = [
      undefined,
      null,
      'é'.repeat(99),
      [1, 2],
      Array.from({ length: 100 }),
      { a: 1 },
      new Map(),
      () => 1,
      Object.create(null),
      { constructor: { name: Symbol('s') } },
    ];
    expect(values.map(text)).toEqual([
      'undefined',
      'null',
      `"${'é'.repeat(57)}..."`,
      '[1, 2]',
      'an array of length 100',
      'an object with the keys [a]',
      'a Map',
      'a function',
      'an object with the keys []',
      'an object with the keys [constructor]',
    ]);
  });
});
