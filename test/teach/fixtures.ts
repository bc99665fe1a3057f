import type * as tfl from '@tensorflow/tfjs-layers';
import type { PixelData } from '../../src/image/pixels';
import { createCompactCnn } from '../../src/models/compact';
import { Random } from '../../src/random';
import { NARROW } from '../support/tiny';

/** A narrow model for 16×16 images, to be a base: untrained, but with vectors that differ by the bright side. */
export const narrowBase = (seed = 4): tfl.LayersModel =>
  createCompactCnn({ ...NARROW.compact, conv: { filters: [4, 8, 8, 16] }, seed });

/** A gray image that is bright on one side, with noise. */
export function shaded(side: 'left' | 'right' | 'top', seed: number): PixelData {
  const random = new Random(seed);
  const isBright = (at: number) => (side === 'top' ? at < 128 : at % 16 < 8 === (side === 'left'));
  const data = Uint8Array.from({ length: 256 }, (_, at) => (isBright(at) ? 200 : 40) + random.uniform(-30, 30));
  return { data, width: 16, height: 16, channels: 1 };
}

/** Several of them. */
export const shadedSet = (side: 'left' | 'right' | 'top', count: number, seed: number): PixelData[] =>
  Array.from({ length: count }, (_, i) => shaded(side, 100 * seed + i));
