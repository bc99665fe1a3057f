import { Random } from 'fer-cnn';
import { DAMAGES, type Damage } from './damages';
import { SIDE } from './geometry';

const PIXELS = SIDE * SIDE;

/**
 * All pictures under one damage.
 *
 * @param images `[n, 48, 48]`, 0..255; not changed.
 * @param damage One of {@link DAMAGES}.
 * @param strength One of its strengths.
 * @param seed Seed of what is drawn; each picture has random numbers of its own, the same at each strength.
 * @returns `[n, 48, 48]`, rounded and within 0..255.
 */
export async function damageAll(
  images: Uint8Array,
  damage: Damage,
  strength: number,
  seed: number,
): Promise<Uint8Array> {
  const result = new Uint8ClampedArray(images.length); // rounds and clips
  for (let i = 0; i * PIXELS < images.length; i++) {
    const picture = Float64Array.from(images.subarray(i * PIXELS, (i + 1) * PIXELS));
    const random = new Random(seed, DAMAGES.indexOf(damage), i);
    result.set(await damage.apply(picture, strength, random), i * PIXELS);
  }
  return new Uint8Array(result.buffer);
}
