import { extname, resolve } from 'node:path';
import type sharp from 'sharp';
import type { Sharp } from 'sharp';
import { FerError } from 'fer-cnn';
import { writeFiles } from '../platform/node-write';
import { UsageError } from './run';

/** The package `sharp`, which writes images; it is optional. */
export async function importSharp(): Promise<typeof sharp> {
  try {
    return (await import('sharp')).default;
  } catch (cause) {
    const remedy = 'Install it with: npm install sharp';
    throw new FerError({
      where: 'fer-cnn',
      expected: 'the package sharp',
      received: 'none that can be loaded',
      remedy,
      cause,
    });
  }
}

const FORMATS: Readonly<Record<string, 'png' | 'jpeg' | 'webp'>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
};

const formatOf = (path: string) => FORMATS[extname(path).toLowerCase()];

/**
 * Checks, before the work, where an image is to be written.
 *
 * @param option The option that names the file.
 * @param out The file.
 * @param source The image that is read, which must not be overwritten.
 * @throws UsageError if the ending is not that of a format, or the file is the source.
 */
export function checkOut(option: string, out: string, source: string): void {
  if (!formatOf(out)) {
    throw new UsageError(`${option} ${out}: expected a file that ends in ${Object.keys(FORMATS).join(', ')}.`);
  }
  if (resolve(out) === resolve(source)) {
    throw new UsageError(`${option} ${out}: expected another file than the image, which it would overwrite.`);
  }
}

/**
 * Writes an image, and the folders above it that are missing.
 *
 * @param path The file, as {@link checkOut} accepts it; its ending selects the format.
 * @param image The image.
 */
export async function writeImage(path: string, image: Sharp): Promise<void> {
  await writeFiles({ [path]: await image.toFormat(formatOf(path)!).toBuffer() });
}
