import type { Random } from '../../random';
import { inputError } from '../../errors';
import { object, optional, type Parser, type Schema, share } from '../../schema';
import { describe } from '../../validate';
import type { Batch } from '../batches';
import type { Augmentation } from '../augment';

/**
 * Options of an image corruption, as cameras cause them. Each corruption selects images and draws strengths independently.
 */
export interface DamageOptions {
  /** The probability per image, 0..1. */
  probability: number;
  /** The minimum and maximum strength, drawn uniformly. {@link AugmentOptions} explains the unit and default of each corruption. */
  range?: readonly [min: number, max: number];
}

/** The height, width and channels of the images. */
export type Shape = Pick<Batch, 'height' | 'width' | 'channels'>;

/** Changes one image `[height, width, channels]` of 0..255 in place. Alpha is restored afterwards. */
export type Damage = (picture: Float32Array, shape: Shape, strength: number, random: Random) => void;

/** A corruption, its default range and its limits. */
export interface DamageKind {
  readonly damage: Damage;
  readonly range: readonly [min: number, max: number];
  readonly limits: readonly [min: number, max: number];
}

/** Creates the augmentation of a corruption. Values stay within 0..255; alpha, the fourth channel, is not changed. */
export function damaging({ damage }: DamageKind, options: Required<DamageOptions>): Augmentation {
  const {
    probability,
    range: [min, max],
  } = options;
  return (batch, random) => {
    const length = batch.images.length / batch.size;
    for (let i = 0; i < batch.size; i++) {
      if (random.next() >= probability) continue;
      const picture = batch.images.subarray(i * length, (i + 1) * length);
      const before = batch.channels === 4 ? picture.slice() : undefined;
      damage(picture, batch, random.uniform(min, max), random);
      for (let p = 0; p < length; p++) picture[p] = Math.min(Math.max(picture[p]!, 0), 255);
      if (before) for (let p = 3; p < length; p += 4) picture[p] = before[p]!;
    }
  };
}

/** Checks the options of a corruption. */
export const parseDamage = (kind: DamageKind) =>
  object({ probability: share, range: optional(range(...kind.limits), kind.range) } satisfies Schema<DamageOptions>);

/** `[min, max]` within the limits. */
export const range =
  (low: number, high: number): Parser<readonly [min: number, max: number]> =>
  (where, value) => {
    const [min, max] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
    if (typeof min === 'number' && typeof max === 'number' && min >= low && max <= high && min <= max) {
      return [min, max];
    }
    throw inputError(where, `[min, max] with ${low} ≤ min ≤ max ≤ ${high}`, describe(value));
  };
