import { number, object, optional, type Schema, share } from '../../schema';
import type { Augmentation } from '../augment';

/** Random rotation, scale and shift, in one bilinear pass together with the flip. Edges are repeated. */
export interface AffineOptions {
  /** The maximum rotation in degrees to either side, 0..180. Default 0. */
  rotate?: number;
  /** The maximum change of scale, 0..0.9; 0.15 draws from 0.85 to 1.15. Default 0. */
  scale?: number;
  /** The maximum shift along each axis, as a fraction of the image's size, 0..1. Default 0. */
  shift?: number;
}

/** Checks the options. */
export const parseAffine = object({
  rotate: optional(number({ min: 0, max: 180 }), 0),
  scale: optional(number({ min: 0, max: 0.9 }), 0),
  shift: optional(share, 0),
} satisfies Schema<AffineOptions>);

/** Flips, rotates, scales and shifts in one pass. */
export function warp(flip: number, { rotate = 0, scale = 0, shift = 0 }: AffineOptions): Augmentation {
  return (batch, random) => {
    const { height, width, channels } = batch;
    const length = height * width * channels;
    const source = new Float32Array(length);
    for (let i = 0; i < batch.size; i++) {
      const mirror = random.next() < flip ? -1 : 1;
      const angle = (random.uniform(-rotate, rotate) * Math.PI) / 180;
      const zoom = 1 / (1 + random.uniform(-scale, scale));
      const dx = random.uniform(-shift, shift) * width;
      const dy = random.uniform(-shift, shift) * height;
      const cos = Math.cos(angle) * zoom;
      const sin = Math.sin(angle) * zoom;
      const target = batch.images.subarray(i * length, (i + 1) * length);
      source.set(target);
      sampleAffine(source, target, height, width, channels, [cos * mirror, sin, dx, -sin * mirror, cos, dy]);
    }
  };
}

/** Samples bilinearly around the center; `matrix` maps the target (x, y, 1) to the source x, then to the source y. */
export function sampleAffine(
  source: Float32Array,
  target: Float32Array,
  height: number,
  width: number,
  channels: number,
  [xx, xy, x1, yx, yy, y1]: readonly [number, number, number, number, number, number],
): void {
  const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const sx = Math.min(Math.max(xx * (x - cx) + xy * (y - cy) + cx + x1, 0), width - 1);
      const sy = Math.min(Math.max(yx * (x - cx) + yy * (y - cy) + cy + y1, 0), height - 1);
      const left = sx | 0;
      const top = sy | 0;
      const fx = sx - left;
      const fy = sy - top;
      const right = left < width - 1 ? channels : 0;
      const below = top < height - 1 ? width * channels : 0;
      let from = (top * width + left) * channels;
      for (let c = 0; c < channels; c++, from++, at++) {
        const upper = source[from]! + fx * (source[from + right]! - source[from]!);
        const lower = source[from + below]! + fx * (source[from + below + right]! - source[from + below]!);
        target[at] = upper + fy * (lower - upper);
      }
    }
  }
}
