import type { DamageName } from '../../../src/data/augment/kinds';
import { createAugmentation } from '../../../src/data/augment';
import type { Batch } from '../../../src/data/batches';
import { Random } from '../../../src/random';

/** A batch of square gray images of these values. */
export function batchOf(side: number, ...pictures: readonly ArrayLike<number>[]): Batch {
  const images = Float32Array.from(pictures.flatMap((picture) => Array.from(picture)));
  const targets = new Float32Array(pictures.length).fill(1);
  const shape = { size: pictures.length, height: side, width: side, channels: 1, numClasses: 1 };
  return { images, targets, sampleWeights: undefined, ...shape };
}

/** A square image after one kind of damage of exactly that strength. */
export function damaged(
  name: DamageName,
  strength: number,
  side: number,
  value: (x: number, y: number) => number,
  seed = 1,
): Float32Array {
  const picture = Float32Array.from({ length: side * side }, (_, i) => value(i % side, Math.floor(i / side)));
  const batch = batchOf(side, picture);
  createAugmentation({ [name]: { probability: 1, range: [strength, strength] } })(batch, new Random(seed));
  return batch.images;
}

export const mean = (values: ArrayLike<number>) =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
