import { object, optional, type Schema, share } from '../../schema';
import type { Augmentation } from '../augment';
import { range } from './damage';

/** Random erasing: fills a rectangle with one random gray. */
export interface EraseOptions {
  /** The probability per image, 0..1. */
  probability: number;
  /** The minimum and maximum fraction of the image's area, 0..1. Default [0.02, 0.2]. */
  area?: readonly [min: number, max: number];
}

/** Checks the options. */
export const parseErase = object({
  probability: share,
  area: optional(range(0, 1), [0.02, 0.2]),
} satisfies Schema<EraseOptions>);

/** Creates the augmentation of random erasing. */
export function eraseRectangles({ probability, area }: Required<EraseOptions>): Augmentation {
  return (batch, random) => {
    const { height, width, channels } = batch;
    for (let i = 0; i < batch.size; i++) {
      if (random.next() >= probability) continue;
      const pixels = random.uniform(area[0], area[1]) * height * width;
      const aspect = Math.exp(random.uniform(-Math.LN2, Math.LN2)); // height to width from 1:2 to 2:1
      const rows = Math.min(height, Math.max(1, Math.round(Math.sqrt(pixels * aspect))));
      const columns = Math.min(width, Math.max(1, Math.round(Math.sqrt(pixels / aspect))));
      const top = random.integer(height - rows + 1);
      const left = random.integer(width - columns + 1);
      const gray = 255 * random.next();
      for (let y = top; y < top + rows; y++) {
        const start = ((i * height + y) * width + left) * channels;
        for (let p = start; p < start + columns * channels; p += channels) {
          batch.images.fill(gray, p, p + Math.min(channels, 3)); // not alpha
        }
      }
    }
  };
}
