import type { Random } from '../../random';
import { inputError } from '../../errors';
import { checkNumber, checkOptions, describe } from '../../validate';
import type { Batch } from '../batches';
import type { Augmentation } from '../augment';

/**
 * What happens to a camera's picture on its way, and what a network should not mind. Each kind of damage picks its pictures, and
 * draws a strength for each, by itself.
 *
 * @example
 * ```ts
 * const noise: DamageOptions = { probability: 0.35, range: [0, 20] }; // standard deviation, of 255
 * const augment = createAugmentation({ noise });
 * ```
 */
export interface DamageOptions {
  /** Probability for a picture, 0..1. */
  probability: number;
  /** Least and greatest strength, which is drawn evenly; what it means and its default stand at each damage. */
  range?: readonly [min: number, max: number];
}

/** Height, width and channels of the pictures. */
export type Shape = Pick<Batch, 'height' | 'width' | 'channels'>;

/** Changes one picture `[height, width, channels]` of 0..255 in place; what it does to alpha is undone. */
export type Damage = (picture: Float32Array, shape: Shape, strength: number, random: Random) => void;

/** A kind of damage: what it does, its default strengths and those that are allowed. */
export interface DamageKind {
  readonly damage: Damage;
  readonly range: readonly [min: number, max: number];
  readonly limits: readonly [min: number, max: number];
}

/** The augmentation that damages some pictures of a batch; all values stay within 0..255, and alpha, the fourth channel, as it is. */
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

/** Throws unless the options of a kind of damage are what they should be. */
export function checkDamage(where: string, options: DamageOptions, { limits: [low, high] }: DamageKind): void {
  checkOptions(where, options, ['probability', 'range']);
  checkNumber(`${where}.probability`, options.probability, { min: 0, max: 1 });
  if (options.range !== undefined) checkRange(`${where}.range`, options.range, low, high);
}

/** Throws unless a value is `[min, max]`, in this order and within the limits. */
export function checkRange(where: string, range: unknown, low: number, high: number): void {
  const [min, max] = Array.isArray(range) && range.length === 2 ? (range as unknown[]) : [];
  if (typeof min === 'number' && typeof max === 'number' && min >= low && max <= high && min <= max) return;
  throw inputError(where, `[min, max] with ${low} ≤ min ≤ max ≤ ${high}`, describe(range));
}
