import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadFer2013 } from '../../src/data/fer2013';
import { FERPLUS_CHOICES, loadFerPlus } from '../../src/curation/ferplus';
import { Random } from '../../src/random';
import { describeOn } from '../support/backends';
import { fuzz, keepsContract, mutated, timeoutFor } from './fuzz';

const random = new Random(1);
const row = (label: number, usage: string) =>
  `${label},${Array.from({ length: 2304 }, () => random.integer(256)).join(' ')},${usage}`;
const CSV = ['emotion,pixels,Usage', row(0, 'Training'), row(6, 'PublicTest'), ''].join('\n');
const VOTES = [
  `Usage,Image name,${FERPLUS_CHOICES.join()}`,
  'Training,fer0000000.png,4,0,0,1,3,2,0,0,0,0',
  'PublicTest,fer0000001.png,6,0,1,1,0,0,0,0,2,0',
  'PrivateTest,,0,0,0,0,0,0,0,0,0,10',
].join('\r\n');

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Bytes as a stream in pieces, since rows and fields may be cut anywhere. */
function pieces(bytes: Uint8Array<ArrayBuffer>, length: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) controller.close();
      else controller.enqueue(bytes.subarray(at, (at += length)));
    },
  });
}

/** Loads what is given, in either mode, and looks whether the result is whole. */
async function load(bytes: Uint8Array<ArrayBuffer>, [skip, length]: readonly [boolean, number]): Promise<void> {
  const source = length === 0 ? bytes : pieces(bytes, length);
  const set = await loadFer2013(source, { onInvalid: skip ? 'skip' : 'throw', file: 'fuzz.csv' });
  expect(set.size).toBeGreaterThan(0);
  expect(set.images.length).toBe(set.size * 2304);
  expect(set.labels.length).toBe(set.size);
  expect(set.rows.length).toBe(set.size);
  for (const label of set.labels) expect(label < 7 || label === 255).toBe(true);
}

const ways = fc.tuple(fc.boolean(), fc.constantFrom(0, 0, 1000, 7));

describeOn(['cpu'], 'damaged data files', () => {
  it(
    'FER2013: rows or a DatasetError',
    async () => {
      const inputs = fc.tuple(mutated(bytesOf(CSV)), ways);
      await fuzz(0.15, inputs, ([bytes, how]) => keepsContract(() => load(bytes, how)));
    },
    timeoutFor(0.15),
  );

  it(
    'FER2013 in gzip: rows or a DatasetError',
    async () => {
      const zipped = gzipSync(CSV);
      const inputs = fc.tuple(
        fc.oneof(
          mutated(zipped),
          mutated(bytesOf(CSV)).map((bytes) => Uint8Array.from(gzipSync(bytes))),
        ),
        ways,
      );
      await fuzz(0.1, inputs, ([bytes, how]) => keepsContract(() => load(bytes, how)));
    },
    timeoutFor(0.1),
  );

  it(
    'FER+: votes or a DatasetError',
    async () => {
      const inputs = fc.oneof(mutated(bytesOf(VOTES)), mutated(gzipSync(VOTES)));
      await fuzz(0.15, inputs, (bytes) =>
        keepsContract(async () => {
          const { size, votes, splits } = await loadFerPlus(bytes, { file: 'fuzz.csv' });
          expect(size).toBeGreaterThan(0);
          expect([votes.length, splits.length]).toEqual([10 * size, size]);
        }),
      );
    },
    timeoutFor(0.15),
  );
});
