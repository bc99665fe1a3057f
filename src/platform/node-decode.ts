import type Sharp from 'sharp';
import { missingPackage, reasonOf } from '../errors';
import type { DecodedImage, DecodeOptions } from './platform';

/** Maximum time for an image, in seconds. */
const SECONDS = 20;

/**
 * Decodes a PNG, JPEG, WebP, GIF (its first frame), AVIF, TIFF or SVG as a viewer would show it: turned by its EXIF orientation, from any
 * color space (CMYK, 16-bit, palette, wide gamut) to 8-bit sRGB or gray. Floats are taken as 0..1, or as 0..255 if one is above 1. Needs the package `sharp`.
 *
 * @param bytes The file; borrowed.
 * @param options The largest size, a signal, and what makes the errors.
 * @returns The pixels, [height, width, channels], 0..255; straight alpha.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions): Promise<DecodedImage> {
  const { maxPixels, signal, fail } = options;
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      signal?.throwIfAborted();
      const received = reasonOf(cause).split(/:?\s*(?:\n|$)/)[0]!;
      throw fail({ expected: 'a whole image in a known format', received, cause });
    }
  };
  const sharp = await loadSharp();
  signal?.throwIfAborted();
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length); // sharp refuses the arrays of jsdom, another realm
  const image = sharp(file, { failOn: 'error', limitInputPixels: false });
  const { width, height, channels, depth, space, format } = await attempt(() => image.metadata());
  if (format === 'svg') checkSvg(bytes, fail);
  if (width * height > maxPixels) {
    const remedy = 'Shrink or crop it, or raise maxPixels.';
    throw fail({ expected: `an image of at most ${maxPixels} pixels`, received: `${width} × ${height}`, remedy });
  }
  const isFloat = depth === 'float' || depth === 'double';
  if (!(isFloat ? [1, 3].includes(channels) : ['uchar', 'ushort'].includes(depth))) {
    const received = `${channels} channels of the type ${depth}`;
    const remedy = 'Save it with 8 or 16 bits a channel, for instance as PNG.';
    throw fail({ expected: 'an image of 8 or 16 bits, or opaque floats', received, remedy });
  }
  const colors = isFloat ? space : channels === 1 ? 'b-w' : 'srgb';
  const upright = image.rotate().toColourspace(colors).timeout({ seconds: SECONDS });
  const raw = upright.raw({ depth: isFloat ? 'float' : 'uchar' });
  const decoding = raw.toBuffer({ resolveWithObject: true });
  const { data, info } = await attempt(() => inTime(decoding, signal));
  signal?.throwIfAborted();
  return {
    data: isFloat ? bytesOf(data, fail) : new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: info.width,
    height: info.height,
    channels: info.channels as 1 | 3 | 4,
  };
}

/** What can make a short SVG take minutes: filters, and what refers to other parts again and again. */
const SLOW = /<!ENTITY|<([\w.-]+:)?(filter|use|pattern|mask)\b|\bfilter\s*[:=]/i;

/** The largest width or height that librsvg draws; beyond integers it draws one pixel. */
const MAX_SIDE = 32_767;

/**
 * Throws if a short SVG could take minutes: sharp's time limit does not reach into librsvg. Entities could hide how, and so could other
 * encodings and escapes, which are undone before the search.
 */
function checkSvg(bytes: Uint8Array, fail: DecodeOptions['fail']): void {
  const text = Buffer.from(bytes).toString('latin1').replaceAll('\0', ''); // UTF-16 has them
  const plain = text
    .replace(/&#(?:x([\da-f]+)|(\d+));?/gi, (_, hex?: string, decimal?: string) => characterOf(hex, decimal))
    .replace(/\\(?:([\da-f]{1,6})\s?|([^\n]))/gi, (_, hex?: string, sign?: string) => sign ?? characterOf(hex));
  const found = bytes[0] === 0x1f ? 'gzip' : (SLOW.exec(text) ?? SLOW.exec(plain))?.[0];
  const remedy = 'Render it to a PNG first.';
  if (found !== undefined) {
    const expected = 'an SVG without filters, entities, and parts that are used again';
    throw fail({ expected, received: `one with ${JSON.stringify(found)}`, remedy });
  }
  const [, side] = /<svg\b[^>]*?\s(?:width|height)\s*=\s*["']\s*(\d{6,}|[\d.]+e\d+)/i.exec(plain) ?? [];
  if (Number(side) > MAX_SIDE) throw fail({ expected: `sides of at most ${MAX_SIDE}`, received: side!, remedy });
}

const characterOf = (hex: string | undefined, decimal?: string): string => {
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  return code < 0x80 ? String.fromCharCode(code) : '?';
};

/** Waits for sharp as long as it may take and the signal allows. What it has begun ends in the background. */
async function inTime<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  let stop = () => {};
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(new Error('the signal was aborted'));
    timer = setTimeout(() => reject(new Error(`no image after ${SECONDS} seconds`)), 1000 * SECONDS);
  });
  signal?.addEventListener('abort', stop);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

/** Floats of 0..1, or else of 0..255, as bytes. */
function bytesOf(data: Uint8Array, fail: DecodeOptions['fail']): Uint8Array {
  const values = new Float32Array(Uint8Array.from(data).buffer);
  const odd = values.find((value) => !(value >= 0 && value <= 255));
  if (odd !== undefined) {
    const remedy = 'Scale the pixels, or save the image with 8 or 16 bits a channel.';
    throw fail({ expected: 'floats in 0..1 or in 0..255', received: `${odd}`, remedy });
  }
  const white = values.some((value) => value > 1) ? 255 : 1;
  return Uint8Array.from(values, (value) => Math.round((value * 255) / white));
}

/**
 * Imports the package `sharp`.
 *
 * @throws FerError with the command that installs it.
 */
export async function loadSharp(): Promise<typeof Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw missingPackage('', 'sharp', cause);
  }
}
