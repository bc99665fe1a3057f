import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { expect } from 'vitest';
import { FerError } from '../../src/errors';

/** Cases of all fuzz tests together; `npm run fuzz` makes 100,000. */
const CASES = Number(process.env['FUZZ_CASES'] ?? 2000);

/** Processor time that one case may take, in milliseconds. Wall time says little on a busy machine. */
const LIMIT = 1000;

/** What a signal of the tests is aborted with, so that it may come out. */
export const ABORTED = new Error('aborted by the test');

/**
 * The contract that every call keeps, whatever it is given: it gives a result that `check` finds whole, or throws an error of this
 * package that names the place; in less than a second; with no tensor left over; and no prototype touched.
 *
 * @param call The call; disposes of the tensors in its result.
 */
export async function keepsContract(call: () => unknown): Promise<void> {
  const tensors = tf.memory().numTensors;
  const start = process.cpuUsage();
  try {
    await call();
  } catch (error) {
    if (error !== ABORTED) expectOurs(error);
  }
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000, 'milliseconds').toBeLessThan(LIMIT);
  expect(tf.memory().numTensors, 'tensors').toBe(tensors);
  for (const { prototype } of [Object, Array, Function, String]) {
    expect(Object.keys(prototype), 'keys of a prototype').toEqual([]);
  }
}

function expectOurs(error: unknown): void {
  if (!(error instanceof FerError)) throw error;
  expect(error.where).not.toBe('');
  expect(error.message).toMatch(/: expected [^]+, received [^]+\./);
}

/** Checks a property for a share of all cases, and says with which seed if it fails. */
export async function fuzz<T>(
  share: number,
  inputs: fc.Arbitrary<T>,
  test: (input: T) => Promise<void>,
): Promise<void> {
  const numRuns = Math.max(10, Math.round(CASES * share));
  const seed = process.env['FUZZ_SEED'];
  await fc.assert(fc.asyncProperty(inputs, test), {
    numRuns,
    interruptAfterTimeLimit: timeoutFor(share) - 10_000,
    markInterruptAsFailure: true,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  });
}

/** Milliseconds for a test with a share of all cases. */
export function timeoutFor(share: number): number {
  return 120_000 + CASES * share * 200;
}

/** Values that programs do not expect. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    NaN,
    Infinity,
    -Infinity,
    -1,
    -0,
    0,
    1,
    2,
    1.5,
    1e-320,
    1e308,
    2 ** 31,
    2 ** 53,
  ),
  fc.constantFrom<unknown>(
    '',
    ' ',
    '0',
    '1',
    '__proto__',
    'constructor',
    'toString',
    '../..',
    'NaN',
    '\0',
    'é'.repeat(1000),
  ),
  fc.constantFrom<unknown>(
    true,
    false,
    [],
    {},
    [[]],
    [null],
    () => 1,
    Symbol('s'),
    10n,
    new Date(NaN),
    new Uint8Array(3),
  ),
  fc.constantFrom<unknown>(
    [0, 1],
    [-1, NaN],
    ['a', 'a'],
    new Map(),
    Object.create(null),
    { length: 1e9 },
    JSON.parse('{"__proto__":{"x":1}}'),
  ),
  fc.integer(),
  fc.double(),
  fc.string({ maxLength: 8 }),
  fc.anything({ maxDepth: 1, maxKeys: 3 }),
);

/** Options of which some are as they should be, some are not, and some are unknown. */
export function optionsOf(valid: Readonly<Record<string, readonly unknown[]>>): fc.Arbitrary<unknown> {
  const each = Object.entries(valid).map(([key, values]) => [key, mostly(fc.constantFrom(...values))] as const);
  const known = fc.record(Object.fromEntries(each), { requiredKeys: [] });
  const withUnknown = fc
    .tuple(known, fc.constantFrom('__proto__', 'constructor', 'x'), hostile)
    .map(([options, key, value]) => Object.defineProperty({ ...options }, key, { value, enumerable: true }));
  return fc.oneof(
    { weight: 8, arbitrary: known },
    { weight: 1, arbitrary: withUnknown },
    { weight: 1, arbitrary: hostile },
  );
}

/** What is given, or in a part of the cases something hostile. */
export function mostly(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 2, arbitrary: values }, { weight: 1, arbitrary: hostile });
}

/** A change of bytes: at a place, given as a share of the length. */
interface ByteChange {
  kind: 'flip' | 'set' | 'cut' | 'repeat' | 'end' | 'insert';
  at: number;
  value: number;
  length: number;
}

const byteChange: fc.Arbitrary<ByteChange> = fc.record({
  kind: fc.constantFrom('flip', 'flip', 'set', 'cut', 'repeat', 'end', 'insert'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  value: fc.oneof(fc.nat(255), fc.constantFrom(0, 0x22, 0x2c, 0x0a, 0x0d, 0x2d, 0x39, 0x7b, 0x7d, 0x7f, 0x80, 0xff)),
  length: fc.constantFrom(1, 1, 2, 3, 4, 8, 100, 3000),
});

/** Bytes with one to four changes: bits flipped, values set, pieces cut out, repeated or inserted, the end cut off. */
export function mutated(bytes: Uint8Array): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  return fc
    .array(byteChange, { minLength: 1, maxLength: 4 })
    .map((changes) => changes.reduce(applyTo, Uint8Array.from(bytes)));
}

function applyTo(bytes: Uint8Array<ArrayBuffer>, { kind, at, value, length }: ByteChange): Uint8Array<ArrayBuffer> {
  const place = Math.min(Math.floor(at * bytes.length), bytes.length - 1);
  if (bytes.length === 0) return Uint8Array.of(value);
  if (kind === 'flip') bytes[place]! ^= 1 << (value % 8);
  if (kind === 'set') bytes.fill(value, place, place + length);
  if (kind === 'end') return bytes.slice(0, place);
  const [before, piece, after] = [
    bytes.slice(0, place),
    bytes.slice(place, place + length),
    bytes.slice(place + length),
  ];
  if (kind === 'cut') return joined(before, after);
  if (kind === 'repeat') return joined(before, piece, piece, after);
  if (kind === 'insert') return joined(before, Uint8Array.of(value), piece, after);
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(parts));
}

/** A value of JSON with one to three changes at random places: a hostile value, a key removed, or one too many. */
export function mutatedJson(value: unknown): fc.Arbitrary<unknown> {
  const change = fc.record({
    kind: fc.constantFrom('set', 'set', 'set', 'delete', 'add'),
    steps: fc.array(fc.nat(1000), { minLength: 1, maxLength: 8 }),
    value: fc.oneof(hostileJson, fc.jsonValue({ maxDepth: 2 })),
    key: fc.constantFrom('__proto__', 'constructor', 'x', 'config', 'layers', 'weightsManifest'),
  });
  return fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => {
    const copy = { root: structuredClone(value) } as Record<string, unknown>;
    for (const { kind, steps, value, key } of changes) {
      let [parent, last]: [Record<string, unknown>, string] = [copy, 'root'];
      for (const step of steps) {
        const next = parent[last];
        const keys = typeof next === 'object' && next !== null ? Object.keys(next) : [];
        if (keys.length === 0) break;
        [parent, last] = [next as Record<string, unknown>, keys[step % keys.length]!];
      }
      if (kind === 'delete' && parent !== copy) delete parent[last];
      else if (kind === 'add' && Array.isArray(parent))
        parent.push(structuredClone(value)); // arrays of JSON have no keys
      else
        Object.defineProperty(parent, kind === 'add' ? key : last, {
          value: structuredClone(value), // later changes may reach into it
          enumerable: true,
          writable: true,
          configurable: true,
        });
    }
    return copy['root'];
  });
}

const hostileJson = fc.constantFrom<unknown>(
  null, -1, 0, 1, 2, 7, 1e9, 1e15, 1e308, -1.5, 1e-300, '', '__proto__', 'constructor', 'Conv2D', 'Sequential', 'Lambda', '../x', 'conv1',
  true, false, [], {}, [[]], [null, null, null, 1], [1e6, 1e6], { class_name: 'Dense', config: {} }, 'a'.repeat(10_000),
); // prettier-ignore
