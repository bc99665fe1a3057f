import { describe, expect, it } from 'vitest';
import { faultsIn } from '../../src/data/fault';
import type { ParsedRows } from '../../src/data/fer2013-parser';
import { Fer2013Parser } from '../../src/data/fer2013-parser';
import { FER2013_ROWS, PixelStore } from '../../src/data/pixel-store';
import { labelFromName } from '../../src/labels';
import { Random } from '../../src/random';
import { bytesOf, goodPixels, PIXELS } from './fixtures';

interface Outcome extends Omit<ParsedRows, 'images'> {
  images: string; // which compares faster
  skipped: string[];
}

function parse(bytes: Uint8Array, cuts: Iterable<number>): Outcome {
  const parser = new Fer2013Parser({
    fault: faultsIn('test', undefined),
    skipBadRows: true,
    keep: undefined,
    fileBytes: bytes.length,
    labelOf: (text) => labelFromName(text) ?? { column: 'emotion', expected: 'a label', received: text },
  });
  let start = 0;
  for (const cut of cuts) {
    parser.push(bytes.slice(start, cut));
    start = cut;
  }
  parser.push(bytes.slice(start));
  const { images, ...rest } = parser.finish();
  return {
    ...rest,
    images: Buffer.from(images).toString('latin1'),
    skipped: parser.skipped.map(({ message }) => message),
  };
}

const FILE = bytesOf(
  [
    '\uFEFF"emotion", Usage,pixels',
    `"3", Training ,"${goodPixels(0)}"`,
    '',
    `6,PublicTest, ${goodPixels(1)} `,
    `9,PublicTest,${goodPixels(2)}`,
    `1,PrivateTest,${goodPixels(3).replace(' ', '   ')}`,
    `1,PrivateTest,${goodPixels(3)} 256 x`,
    `1,PrivateTest,"${goodPixels(3)}" "`,
    `2,Training,${goodPixels(4)}`,
  ].join('\r\n'),
);

describe('Fer2013Parser returns the same rows for chunks of any size', () => {
  const whole = parse(FILE, []);

  it('and those are the right ones', () => {
    expect([...whole.labels]).toEqual([3, 6, 1, 2]);
    expect([...whole.splits]).toEqual([0, 1, 2, 0]);
    expect([...whole.rows]).toEqual([2, 3, 5, 8]);
    expect(whole.images).toHaveLength(4 * PIXELS);
    expect(whole.skipped).toHaveLength(3);
  });

  it('once, at each of its bytes near an end of a field and at some others', () => {
    const cuts = new Set<number>();
    FILE.forEach((byte, at) => {
      if (at < 60 || at % 997 === 0 || [10, 13, 34, 44].includes(byte))
        for (const near of [at, at + 1, at + 2]) cuts.add(near);
    });
    expect(cuts.size).toBeGreaterThan(250);
    for (const cut of cuts) expect(parse(FILE, [cut]), `cut at ${cut}`).toEqual(whole);
  });

  it('into single bytes', () => expect(parse(FILE, FILE.keys())).toEqual(whole));

  it('into chunks of each length from 2 to 9', () => {
    for (let length = 2; length < 10; length++) {
      const cuts = Array.from({ length: Math.floor(FILE.length / length) }, (_, i) => (i + 1) * length);
      expect(parse(FILE, cuts), `chunks of ${length}`).toEqual(whole);
    }
  });

  it('into chunks of random lengths, empty ones included', () => {
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed);
      const cuts: number[] = [];
      for (let at = 0; at < FILE.length; at += random.integer(random.integer(2) ? 9 : 5000)) cuts.push(at);
      expect(parse(FILE, cuts), `seed ${seed}`).toEqual(whole);
    }
  });
});

describe('PixelStore', () => {
  it('has room for all of FER2013 from the start, and less for a small file', () => {
    expect(new PixelStore(undefined).pixels.length).toBe((FER2013_ROWS + 1) * PIXELS);
    expect(new PixelStore(10_000).pixels.length).toBe(4 * PIXELS);
  });

  it('keeps its content when it grows', () => {
    const store = new PixelStore(1);
    store.reserve(2);
    store.pixels.set([1, 2, 3], 2 * PIXELS - 3);
    store.reserve(5);
    expect(store.pixels.length).toBeGreaterThanOrEqual(5 * PIXELS);
    expect([...store.pixels.subarray(2 * PIXELS - 3, 2 * PIXELS)]).toEqual([1, 2, 3]);
  });

  it('gives a view of an array that is mostly used, and a copy of a small part', () => {
    const store = new PixelStore(9 * 2 * PIXELS); // room for 10 rows
    expect(store.take(8).buffer).toBe(store.pixels.buffer);
    expect(store.take(3).buffer.byteLength).toBe(3 * PIXELS);
  });
});
