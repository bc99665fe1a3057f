import { within } from '../../src/errors';
import { deflateSync } from 'node:zlib';
import * as fc from 'fast-check';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { toImages } from '../../src/image/input';
import { decodeFile, type LoadImageOptions } from '../../src/image/read';
import type { PixelData } from '../../src/image/pixels';
import { describeOn } from '../support/backends';
import { fuzz, hostile, keepsContract, mostly, mutated, optionsOf, timeoutFor } from './fuzz';

/** Decodes a file in Node. */
const decodeImage = (source: unknown, options?: LoadImageOptions) =>
  within('decodeImage', () => decodeFile(source as Uint8Array, options));

const FORMATS = ['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const;
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="7"><circle cx="4" cy="4" r="3" fill="red"/></svg>';

/** The checksum of PNG, as in its specification, annex D; Node 20 has none. */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** A PNG whose header claims a size, with the data of one row of zeros. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8); // 8 bits, gray
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(Buffer.alloc(1000));
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

async function decode(bytes: Uint8Array): Promise<void> {
  const { data, width, height, channels } = (await decodeImage(bytes, { maxPixels: 1_000_000 })) as PixelData & {
    channels: number;
  };
  expect(data.length).toBe(width * height * channels);
}

describeOn(['cpu'], 'damaged and hostile pictures', () => {
  let files: Buffer[] = [];
  beforeAll(async () => {
    const raw = { width: 9, height: 7, channels: 3 } as const;
    const pixels = Uint8Array.from({ length: 189 }, (_, i) => (i * 37) % 256);
    files = await Promise.all(FORMATS.map((format) => sharp(pixels, { raw }).toFormat(format).toBuffer()));
    files.push(Buffer.from(SVG));
  });

  it(
    'give pixels or an InputError',
    async () => {
      const inputs = fc.nat(FORMATS.length).chain((i) => mutated(files[i]!));
      await fuzz(0.1, inputs, (bytes) => keepsContract(() => decode(bytes)));
    },
    timeoutFor(0.1),
  );

  it(
    'are refused by what their header claims, before they take memory',
    async () => {
      const sizes = fc.tuple(fc.constantFrom(100_000, 65_535, 1_000_000), fc.constantFrom(100_000, 60_000, 1_000_000));
      await fuzz(0.01, sizes, ([width, height]) =>
        keepsContract(async () => {
          const before = process.memoryUsage().rss;
          await expect(decodeImage(pngOf(width, height))).rejects.toThrow(/decodeImage: expected/);
          expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
        }),
      );
      await expect(decodeImage(pngOf(100_000, 100_000))).rejects.toThrow(
        'expected an image of at most 64000000 pixels, received 100000 × 100000',
      );
    },
    timeoutFor(0.01),
  );

  it(
    'as pixels, elements or anything else, give a tensor or an InputError',
    async () => {
      const pixels = optionsOf({
        data: [new Uint8Array(12), new Uint8ClampedArray(4), new Uint8Array(0)],
        width: [1, 2, 100_000],
        height: [1, 2, 100_000],
        channels: [1, 3, 4, undefined],
        getContext: [undefined],
        naturalWidth: [0, 5],
      });
      await fuzz(0.05, fc.oneof(pixels, mostly(hostile)), (input) =>
        keepsContract(() => within('toImages', () => toImages(input)).dispose()),
      );
    },
    timeoutFor(0.05),
  );
});
