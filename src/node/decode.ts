import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type Sharp from 'sharp';
import { FerError, InputError } from '../errors';
import type { PixelData } from '../image/pixels';
import { checkInteger, checkOptions, describe } from '../validate';

/** A decoded picture: plain bytes that `classify` and `toImages` take as they are. */
export interface DecodedImage extends PixelData {
  /** [height * width * channels] row-major, 0..255, sRGB; straight alpha. */
  readonly data: Uint8Array;
  /** 1 (gray), 3 (RGB) or 4 (RGBA, which is laid over white when it is classified). */
  readonly channels: 1 | 3 | 4;
}

/** An encoded picture: the bytes of a file, a path, or a `file:` URL. */
export type EncodedImage = Uint8Array | ArrayBuffer | string | URL;

/** Options of {@link decodeImage}. */
export interface DecodeOptions {
  /**
   * Largest picture to decode, in pixels, at least 1; larger ones are refused before they take memory. Default: 64 million,
   * which needs 768 MB as an RGB tensor.
   */
  maxPixels?: number | undefined;
}

/**
 * Decodes a PNG, JPEG, WebP, GIF (its first frame), AVIF, TIFF or SVG as a viewer would show it: turned by its EXIF
 * orientation, from any colour space (CMYK, 16-bit, palette, wide gamut) to 8-bit sRGB or gray. Needs the package `sharp`.
 *
 * @param source Bytes, a path or a `file:` URL.
 * @param options The largest size.
 * @returns The pixels, ready for `classify`.
 * @throws `InputError` if the file cannot be read, is no picture, is damaged or too large; it names the file.
 * @throws `FerError` if `sharp` is not installed.
 * @example
 * ```ts
 * await classify(await decodeImage('face.jpg'));
 * ```
 */
export async function decodeImage(source: EncodedImage, options: DecodeOptions = {}): Promise<DecodedImage> {
  checkOptions('decodeImage: options', options, ['maxPixels']);
  const { maxPixels = 64_000_000 } = options;
  checkInteger('decodeImage: options.maxPixels', maxPixels, { min: 1 });
  const where = typeof source === 'string' || source instanceof URL ? `decodeImage: ${nameOf(source)}` : 'decodeImage';
  const bytes = await read(where, source);
  const sharp = await loadSharp();
  const picture = sharp(bytes, { failOn: 'error', limitInputPixels: false });
  const { width, height, channels } = await attempt(where, () => picture.metadata());
  if (width * height > maxPixels) {
    throw new InputError({
      where,
      expected: `a picture of at most ${maxPixels} pixels`,
      received: `${width} × ${height}`,
      remedy: 'Shrink or crop it, or raise options.maxPixels.',
    });
  }
  const colours = channels === 1 ? 'b-w' : 'srgb';
  const upright = picture.rotate().toColourspace(colours).raw({ depth: 'uchar' });
  const { data, info } = await attempt(where, () => upright.toBuffer({ resolveWithObject: true }));
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: info.width,
    height: info.height,
    channels: info.channels as 1 | 3 | 4,
  };
}

function nameOf(source: string | URL): string {
  return basename(typeof source === 'string' ? source : source.pathname);
}

async function read(where: string, source: EncodedImage): Promise<Uint8Array> {
  const isPath = typeof source === 'string' || (source instanceof URL && source.protocol === 'file:');
  if (!isPath && !(source instanceof ArrayBuffer) && !(source instanceof Uint8Array)) {
    const remedy = source instanceof URL ? 'Fetch it: decodeImage(await (await fetch(url)).arrayBuffer()).' : undefined;
    const received = source instanceof URL ? `a URL of ${source.protocol}` : describe(source);
    throw new InputError({ where, expected: 'bytes, a path or a file: URL', received, ...(remedy && { remedy }) });
  }
  const bytes = isPath ? await readPath(where, source) : new Uint8Array(source as ArrayBuffer);
  if (bytes.length === 0) throw new InputError({ where, expected: 'an encoded picture', received: 'no bytes' });
  return bytes;
}

async function readPath(where: string, path: string | URL): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    const received = cause instanceof Error ? cause.message : describe(cause);
    throw new InputError({ where, expected: 'a file that can be read', received, cause });
  }
}

async function attempt<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const received = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : describe(cause);
    throw new InputError({ where, expected: 'a whole picture in a known format', received, cause });
  }
}

async function loadSharp(): Promise<typeof Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw new FerError({
      where: 'decodeImage',
      expected: 'the package sharp',
      received: 'none that can be loaded',
      remedy: 'Install it with: npm install sharp',
      cause,
    });
  }
}
