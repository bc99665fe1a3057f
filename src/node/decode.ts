import type Sharp from 'sharp';
import { InputError, inputError, missingPackage } from '../errors';
import type { EncodedPicture } from '../image/encoded';
import type { PixelData } from '../image/pixels';
import { checkInteger, checkOptions, describe } from '../validate';
import { nameOf, readBytes } from './read-bytes';

/**
 * A decoded picture: plain bytes that `classify` and `toImages` take as they are.
 *
 * @example
 * ```ts
 * const { width, height, channels }: DecodedImage = await decodeImage('face.jpg');
 * ```
 */
export interface DecodedImage extends PixelData {
  /** [height * width * channels] row-major, 0..255, sRGB; straight alpha. */
  readonly data: Uint8Array;
  /** 1 (gray), 3 (RGB) or 4 (RGBA, which is laid over white when it is classified). */
  readonly channels: 1 | 3 | 4;
}

/**
 * Options of {@link decodeImage}.
 *
 * @example
 * ```ts
 * const options: DecodeOptions = { maxPixels: 1e7, signal: AbortSignal.timeout(10_000) };
 * const picture = await decodeImage('face.jpg', options);
 * ```
 */
export interface DecodeOptions {
  /**
   * Largest picture to decode, in pixels, at least 1; larger ones are refused before they take memory. Default: 64 million,
   * which needs 768 MB as an RGB tensor.
   */
  maxPixels?: number | undefined;
  /** Stops the reading or the download; the promise is then rejected with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Decodes a PNG, JPEG, WebP, GIF (its first frame), AVIF, TIFF or SVG as a viewer would show it: turned by its EXIF
 * orientation, from any colour space (CMYK, 16-bit, palette, wide gamut) to 8-bit sRGB or gray. Needs the package `sharp`.
 *
 * @param source A `Blob` or `File`, bytes, a path, or a URL of a file, a server (`https:`) or data.
 * @param options The largest size, and a signal.
 * @returns The pixels, ready for `classify`.
 * @throws `InputError` if the file cannot be read, is no picture, is damaged or too large; it names the file.
 * @throws `FerError` if `sharp` is not installed.
 * @example
 * ```ts
 * await classify(await decodeImage('face.jpg'));
 * ```
 */
export function decodeImage(source: EncodedPicture, options: DecodeOptions = {}): Promise<DecodedImage> {
  return decodeFor('decodeImage', source, options);
}

/** {@link decodeImage} in the name of the function that was called, for messages. */
export async function decodeFor(
  caller: string,
  source: EncodedPicture,
  options: DecodeOptions = {},
): Promise<DecodedImage> {
  checkOptions(`${caller}: options`, options, ['maxPixels', 'signal']);
  const { maxPixels = 64_000_000, signal } = options;
  checkInteger(`${caller}: options.maxPixels`, maxPixels, { min: 1 });
  const name = nameOf(source);
  const where = name === undefined ? caller : `${caller}: ${name}`;
  const bytes = await readBytes(where, source, signal);
  const sharp = await loadSharp(caller);
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: false });
  const { width, height, channels } = await attempt(where, () => picture.metadata());
  if (width * height > maxPixels) {
    throw inputError(
      where,
      `a picture of at most ${maxPixels} pixels`,
      `${width} × ${height}`,
      'Shrink or crop it, or raise options.maxPixels.',
    );
  }
  const colours = channels === 1 ? 'b-w' : 'srgb';
  const upright = picture.rotate().toColourspace(colours).raw({ depth: 'uchar' });
  const { data, info } = await attempt(where, () => upright.toBuffer({ resolveWithObject: true }));
  signal?.throwIfAborted();
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: info.width,
    height: info.height,
    channels: info.channels as 1 | 3 | 4,
  };
}

async function attempt<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const received = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : describe(cause);
    throw new InputError({ where, expected: 'a whole picture in a known format', received, cause });
  }
}

async function loadSharp(where: string): Promise<typeof Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw missingPackage(where, 'sharp', cause);
  }
}
