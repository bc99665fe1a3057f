import { extname } from 'node:path';
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

/**
 * Writes an image, and the folders above it that are missing.
 *
 * @param path The file; its ending selects the format.
 * @param image The image.
 * @throws UsageError if the ending is not that of a format.
 */
export async function writeImage(path: string, image: Sharp): Promise<void> {
  const format = FORMATS[extname(path).toLowerCase()];
  if (!format) throw new UsageError(`${path}: expected a file that ends in ${Object.keys(FORMATS).join(', ')}.`);
  await writeFiles({ [path]: await image.toFormat(format).toBuffer() });
}
