import type Sharp from 'sharp';
import { FerError } from 'fer-cnn';

/** The package `sharp`, which writes images; it is optional. */
export async function importSharp(): Promise<typeof Sharp> {
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
