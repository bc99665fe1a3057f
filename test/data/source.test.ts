import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { faultsIn } from '../../src/data/fault';
import { takeHead } from '../../src/data/source';
import { gunzip as browserGunzip } from '../../src/platform/browser-gunzip';
import { gunzip as nodeGunzip } from '../../src/platform/node-gunzip';
import { Random } from '../../src/random';

const report = faultsIn('test', undefined);
const fault = (cause: unknown) => report({ expected: 'whole gzip data', received: 'other data', cause });

async function* cut(
  bytes: Uint8Array,
  size: number,
  seen?: (length: number) => void,
): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; start += size) {
    const chunk = bytes.subarray(start, start + size);
    seen?.(chunk.length);
    yield chunk;
  }
}

describe.each([
  ['Node', nodeGunzip],
  ['a browser', browserGunzip],
])('gunzip of %s', (_, gunzip) => {
  const random = new Random(1);
  const plain = Uint8Array.from({ length: 4 << 20 }, () => random.integer(256)); // which zip cannot shrink
  const zipped = new Uint8Array(gzipSync(plain, { level: 1 }));

  it.each([100_000, 1 << 30])('unzips chunks of %i bytes', async (size) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of gunzip(cut(zipped, size), fault)) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(plain)).toBe(true);
  });

  it('unzips data that shrinks a thousandfold', async () => {
    let length = 0;
    for await (const chunk of gunzip(cut(new Uint8Array(gzipSync(new Uint8Array(20 << 20))), 512), fault)) {
      length += chunk.length;
    }
    expect(length).toBe(20 << 20);
  });

  it.each([1000, 1, 1 << 30])('unzips several members in chunks of %i bytes', async (size) => {
    const parts = ['first', 'second '.repeat(50_000), '', 'last'].slice(size === 1 ? 2 : 0);
    const members = Buffer.concat(parts.map((part) => gzipSync(part)));
    const chunks: Uint8Array[] = [];
    for await (const chunk of gunzip(cut(new Uint8Array(members), size), fault)) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe(parts.join(''));
  });

  it('does not run ahead of a slow consumer', async () => {
    let fed = 0;
    const unzipped = gunzip(
      cut(zipped, 1 << 14, (length) => (fed += length)),
      fault,
    );
    await unzipped.next();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(fed).toBeLessThan(1 << 18);
    await unzipped.return();
  });

  it('ends its source when the consumer stops, and throws what the source throws', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Uint8Array, void> {
      try {
        yield* cut(zipped, 1 << 16);
      } finally {
        ended = true;
      }
    }
    for await (const chunk of gunzip(source(), fault)) if (chunk.length > 0) break;
    await vi.waitFor(() => expect(ended).toBe(true));
    async function* failing(): AsyncGenerator<Uint8Array, void> {
      yield zipped.subarray(0, 1000);
      throw new RangeError('gone');
    }
    const all = async (): Promise<void> => {
      for await (const chunk of gunzip(failing(), fault)) chunk.fill(0);
    };
    await expect(all()).rejects.toThrow(new RangeError('gone'));
  });
});

describe('takeHead', () => {
  it('returns the first bytes and then all of them, for chunks of any size', async () => {
    for (const size of [1, 2, 3, 10]) {
      const [head, all] = await takeHead(cut(Uint8Array.of(1, 2, 3, 4, 5), size), 3);
      const chunks: Uint8Array[] = [];
      for await (const chunk of all) chunks.push(chunk);
      expect([...head]).toEqual([1, 2, 3]);
      expect(Array.from(Buffer.concat(chunks))).toEqual([1, 2, 3, 4, 5]);
    }
  });

  it('returns fewer bytes at the end', async () => {
    const [head] = await takeHead(cut(Uint8Array.of(7), 1), 2);
    expect([...head]).toEqual([7]);
  });
});
