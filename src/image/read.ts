import { decodeImage } from '#platform';
import * as tf from '@tensorflow/tfjs-core';
import { ensureBackend } from '../backend/backend';
import { InputError, within } from '../errors';
import { kindOf } from '../file-kind';
import type { ReadFailure } from '../platform/platform';
import { fileName, isFile, readFile } from '../platform/read';
import { integer, object, optional, type Schema, signal } from '../schema';
import { cropFor, type CropOptions } from './crop';
import type { ImageElement } from './elements';
import { toImages } from './input';
import { isPixelData, type PixelData } from './pixels';
import type { FaceRegion } from './region';

/**
 * An image in any form, of any size:
 *
 * - a tensor [h, w] or [h, w, c] with c = 1 (gray), 3 (RGB) or 4 (RGBA) and the values 0..255 (bool: false is black, true white); where
 *   several images are taken, also a batch [n, h, w, c];
 * - decoded pixels `{ data, width, height }`, `ImageData`;
 * - an image, canvas or video element, an `ImageBitmap` or a `VideoFrame`;
 * - an encoded file (PNG, JPEG, WebP, GIF, AVIF, …): its bytes, a `Blob` or `File`, a URL, or a string: `http:`, `https:`, `data:`, `blob:` and
 *   `file:` strings are URLs, any other is a path in Node and an address relative to the page in a browser. Never pass a string that a
 *   visitor of a server sent.
 */
export type ImageSource =
  tf.Tensor | PixelData | ImageData | ImageElement | Blob | Uint8Array | ArrayBuffer | URL | string;

/** One image: whatever is certain not to be a batch. */
export type SingleImage = Exclude<ImageSource, tf.Tensor> | tf.Tensor2D | tf.Tensor3D;

/**
 * Options of {@link loadImage}.
 */
export interface LoadImageOptions {
  /** Largest image to decode, in pixels, at least 1. Default: 64 million, which need 768 MB as an RGB tensor. */
  maxPixels?: number | undefined;
  /** Largest file to read, in bytes, at least 1. Default: 256 MiB. */
  maxBytes?: number | undefined;
  /** Stops the reading or the download; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Loads an image as a tensor: decodes a file, turned upright by its EXIF orientation, or reads pixels. In Node, files need the package
 * `sharp`.
 *
 * @param source One image in any form; borrowed until the promise settles.
 * @param options The largest size, and a signal.
 * @returns [height, width, channels] float32 0..255 with 1 (gray), 3 (RGB) or 4 (RGBA) channels; the caller's.
 * @throws {@link InputError} if it is not an image, cannot be read, is damaged or too large; it names the file.
 * @throws {@link BackendError} if no tfjs backend is registered. {@link FerError} if `sharp` is not installed.
 * @example
 * ```ts
 * const photo = await loadImage('group.jpg'); // a tensor [height, width, 3]
 * await classify(photo, { box: { x: 175, y: 60, width: 95, height: 110 } });
 * photo.dispose();
 * ```
 */
export async function loadImage(source: ImageSource, options: LoadImageOptions = {}): Promise<tf.Tensor3D> {
  const parsed = parse('loadImage', options);
  await ensureBackend('loadImage');
  const images = await within('loadImage', () => readImages(source, parsed));
  try {
    if (images.shape[0] === 1) return tf.reshape(images, [images.shape[1], images.shape[2], images.shape[3]]);
  } finally {
    images.dispose();
  }
  const received = `a batch of ${images.shape[0]}`;
  throw new InputError({ where: 'loadImage', expected: 'one image', received });
}

const MAX_PIXELS = 64_000_000;
const MAX_BYTES = 1 << 28;

const parse = object({
  maxPixels: optional(integer({ min: 1 }), MAX_PIXELS),
  maxBytes: optional(integer({ min: 1 }), MAX_BYTES),
  signal,
} satisfies Schema<LoadImageOptions>);

/**
 * Any image source as one batch.
 *
 * @param input One image or a batch; borrowed until the promise settles.
 * @returns [n, h, w, c] float32 0..255, n = 1 for one image, c = 1, 3 or 4; the caller's.
 */
export function readImages(input: ImageSource, options: LoadImageOptions = {}): Promise<tf.Tensor4D> {
  return withPixels(input, options, toImages);
}

/**
 * The faces in any image source, cut out for a model. Of pixels in memory, only what the faces need becomes a tensor.
 *
 * @param input One image; borrowed until the promise settles.
 * @param regions The faces.
 * @param channels Those of the model's images.
 * @param options Size and margin.
 * @returns As `cropFor`; the caller's.
 */
export function readCrops(
  input: ImageSource,
  regions: readonly FaceRegion[],
  channels: 1 | 3,
  options: CropOptions,
): Promise<tf.Tensor4D> {
  return withPixels(input, {}, (image) =>
    tf.tidy(() => {
      const pixels = typeof image === 'object' && isPixelData(image) ? image : toImages(image);
      return cropFor(channels, pixels, regions, options);
    }),
  );
}

async function withPixels<T>(
  input: ImageSource,
  options: LoadImageOptions,
  use: (image: ImageSource) => T,
): Promise<T> {
  if (!isFile(input)) return use(input);
  const decoded = await decodeFile(input, options);
  try {
    return use(decoded);
  } finally {
    if ('close' in decoded) decoded.close();
  }
}

/** The pixels of an encoded image. */
export async function decodeFile(
  source: Blob | Uint8Array | ArrayBuffer | URL | string,
  { maxPixels = MAX_PIXELS, maxBytes = MAX_BYTES, signal }: LoadImageOptions = {},
): ReturnType<typeof decodeImage> {
  const name = fileName(source);
  const place = name === undefined ? '' : `: ${name}`;
  const fail: ReadFailure = (parts) => new InputError({ where: place, ...parts });
  const bytes = await readFile(source, { fail, signal, maxBytes });
  if (bytes.length === 0) throw fail({ expected: 'an encoded image', received: 'no bytes' });
  const kind = kindOf(bytes); // the decoder may know it, and only if it does not, the error names it
  const failToDecode: ReadFailure = (parts) =>
    fail(kind && 'cause' in parts ? { ...parts, received: kind.name, remedy: kind.remedy } : parts);
  return decodeImage(bytes, { maxPixels, signal, fail: failToDecode });
}
