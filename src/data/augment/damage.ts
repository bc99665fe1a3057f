import type { Random } from '../../random';
import { inputError } from '../../errors';
import { checkNumber, checkOptions, describe } from '../../validate';
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
export function damaging({ damage, ...kind }: DamageKind, options: DamageOptions): Augmentation {
  const { probability, range: [min, max] = kind.range } = options;
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

/** Throws unless the options of a corruption are valid. */
export function checkDamage(where: string, options: DamageOptions, { limits: [low, high] }: DamageKind): void {
  checkOptions(where, options, ['probability', 'range']);
  checkNumber(`${where}.probability`, options.probability, { min: 0, max: 1 });
  if (options.range !== undefined) checkRange(`${where}.range`, options.range, low, high);
}

/** Throws unless a value is `[min, max]` within the limits. */
export function checkRange(where: string, range: unknown, low: number, high: number): void {
  const [min, max] = Array.isArray(range) && range.length === 2 ? (range as unknown[]) : [];
  if (typeof min === 'number' && typeof max === 'number' && min >= low && max <= high && min <= max) return;
  throw inputError(where, `[min, max] with ${low} ≤ min ≤ max ≤ ${high}`, describe(range));
}
