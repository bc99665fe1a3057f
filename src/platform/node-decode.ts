import type Sharp from 'sharp';
import { missingPackage, reasonOf } from '../errors';
import type { DecodedImage, DecodeOptions } from './platform';

/**
 * Decodes a PNG, JPEG, WebP, GIF (its first frame), AVIF, TIFF or SVG as a viewer would show it: turned by its EXIF orientation, from any
 * color space (CMYK, 16-bit, palette, wide gamut) to 8-bit sRGB or gray. Needs the package `sharp`.
 *
 * @param bytes The file; borrowed.
 * @param options The largest size, a signal, and what makes the errors.
 * @returns The pixels, [height, width, channels], 0..255; straight alpha.
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeOptions): Promise<DecodedImage> {
  const { where, maxPixels, signal, fail } = options;
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      const received = reasonOf(cause).split('\n')[0]!;
      throw fail({ expected: 'a whole image in a known format', received, cause });
    }
  };
  const sharp = await loadSharp(where);
  signal?.throwIfAborted();
  const image = sharp(bytes, { failOn: 'error', limitInputPixels: false });
  const { width, height, channels } = await attempt(() => image.metadata());
  if (width * height > maxPixels) {
    const remedy = 'Shrink or crop it, or raise maxPixels.';
    throw fail({ expected: `an image of at most ${maxPixels} pixels`, received: `${width} × ${height}`, remedy });
  }
  const colors = channels === 1 ? 'b-w' : 'srgb';
  const upright = image.rotate().toColourspace(colors).timeout({ seconds: 20 }).raw({ depth: 'uchar' });
  const { data, info } = await attempt(() => upright.toBuffer({ resolveWithObject: true }));
  signal?.throwIfAborted();
  return {
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    width: info.width,
    height: info.height,
    channels: info.channels as 1 | 3 | 4,
  };
}

async function loadSharp(where: string): Promise<typeof Sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    throw missingPackage(where, 'sharp', cause);
  }
}
