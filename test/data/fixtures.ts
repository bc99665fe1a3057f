import { gzipSync } from 'node:zlib';
import { Dataset } from '../../src/data/dataset';
import { type Fer2013Options, loadFer2013 } from '../../src/data/fer2013';
import { Random } from '../../src/random';

/** Pixels of an image of FER2013. */
export const PIXELS = 48 * 48;

/** The pixels of image `index`: numbers of one, two and three digits, the same for the same index. */
export function pixelsOfRow(index: number): Uint8Array {
  const random = new Random(1, index);
  return Uint8Array.from({ length: PIXELS }, () => random.integer(10 ** (1 + random.integer(3))) % 256);
}

/** Pixels as they are in a file. */
export function pixelText(pixels: Iterable<number>): string {
  return Array.from(pixels).join(' ');
}

const texts = new Map<number, string>();

/** The good pixels of image `index` as they are in a file. */
export function goodPixels(index = 0): string {
  const text = texts.get(index) ?? pixelText(pixelsOfRow(index));
  texts.set(index, text);
  return text;
}

/**
 * A file in the form of fer2013.csv with rows of the labels 0, 1, … 6, 0, … and the usages in turn; image 50 is image 0
 * again.
 */
export function csvOf(size: number): string {
  const usages = ['Training', 'PublicTest', 'PrivateTest'];
  const rows = Array.from({ length: size }, (_, i) => `${i % 7},${goodPixels(i % 50)},${usages[i % 3]}`);
  return ['emotion,pixels,Usage', ...rows, ''].join('\n');
}

/** Text as UTF-8. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Text as gzip data. */
export function gzipOf(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(gzipSync(text));
}

/** Loads the text of a file. */
export function loadText(text: string, options?: Fer2013Options): Promise<Dataset> {
  return loadFer2013(bytesOf(text), options);
}

/** A stream of bytes, cut into chunks of the given sizes (the last one repeats). */
export function streamOf(bytes: Uint8Array, ...sizes: number[]): ReadableStream<Uint8Array> {
  let at = 0;
  let chunk = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const size = sizes[Math.min(chunk++, sizes.length - 1)] ?? bytes.length;
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

/** What a promise fails with; fails itself if the promise does not. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a failure');
}

/** A data set of 2 × 2 images: one for each list of pixels. */
export function tinyDataset(
  images: readonly (readonly number[])[],
  parts: { labels?: readonly number[]; splits?: readonly number[]; rows?: readonly number[] } = {},
): Dataset {
  return new Dataset({
    images: Uint8Array.from(images.flat()),
    height: 2,
    width: 2,
    labels: parts.labels && Uint8Array.from(parts.labels),
    splits: parts.splits && Uint8Array.from(parts.splits),
    rows: parts.rows && Uint32Array.from(parts.rows),
  });
}

/** A data set of `size` different 2 × 2 images with labels in turn. */
export function numberedDataset(size: number): Dataset {
  return tinyDataset(
    Array.from({ length: size }, (_, i) => [i & 255, i >> 8, 1, 2]),
    { labels: Array.from({ length: size }, (_, i) => i % 7) },
  );
}
