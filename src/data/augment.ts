import type { Random } from '../random';
import { checkNumber, checkOptions } from '../validate';
import { checkAffine, warp, type AffineOptions } from './augment/affine';
import { checkDamage, damaging, type DamageOptions } from './augment/damage';
import { checkErase, eraseRectangles, type EraseOptions } from './augment/erase';
import { DAMAGES, DAMAGE_NAMES } from './augment/kinds';
import { relight } from './augment/light';
import { mixPairs } from './augment/mixup';
import type { Batch } from './batches';

export type { AffineOptions, DamageOptions, EraseOptions };

/**
 * One step of augmentation: changes the batch, which it owns, in place. Steps compose by running one after another; all
 * work on host memory before the upload, so that every backend sees the same pictures for the same seed.
 *
 * @example
 * ```ts
 * const invert: Augmentation = ({ images }) => images.forEach((value, i) => (images[i] = 255 - value));
 * await train(model, dataset, { epochs: 30, augment: invert });
 * ```
 */
export type Augmentation = (batch: Batch, random: Random) => void;

/**
 * Random changes to each training picture. What is left out is off. They come in the order given here, but mixup last; values stay within
 * 0..255 and alpha as it is.
 *
 * Sources: random erasing, Zhong et al. 2017 (arXiv:1708.04896); mixup, Zhang et al. 2017 (arXiv:1710.09412); damage of pictures,
 * Hendrycks and Dietterich 2019 (arXiv:1903.12261).
 *
 * @example
 * ```ts
 * const augment = { flip: 0.5, affine: { rotate: 10, scale: 0.1, shift: 0.08 }, contrast: 0.2, mixup: 0.2 };
 * const sturdy = { ...augment, noise: { probability: 0.35, range: [2, 22] }, blur: { probability: 0.25 } };
 * ```
 */
export interface AugmentOptions {
  /** Probability of a horizontal flip, 0..1. Default 0. */
  flip?: number;
  /** Rotation, scale and shift. Default none. */
  affine?: AffineOptions;
  /** Greatest change of brightness, as a fraction of 255, 0..1. Default 0. */
  brightness?: number;
  /** Greatest change of contrast about the picture's mean, 0..1; 0.3 draws a factor from 0.7 to 1.3. Default 0. */
  contrast?: number;
  /** Random erasing. Default none. */
  erase?: EraseOptions;
  /** Gamma: 255 (x / 255)^strength, 0.2..5. Default range [0.5, 2.4]. */
  gamma?: DamageOptions;
  /** Too little light: strength times x, 0..1. Default range [0.25, 0.9]. */
  dim?: DamageOptions;
  /**
   * Light from the left or the right: x times a straight line over the columns, from the strength s, 0..1, at the dark edge to
   * 1 + 0.4 (1 - s) at the bright one. Default range [0.3, 0.9].
   */
  sideLight?: DamageOptions;
  /** A bar of one gray across the picture, upright or lying, as thick as that share of it, 0..1. Default range [0.05, 0.25]. */
  bars?: DamageOptions;
  /** Gaussian blur of that standard deviation in pixels, 0.1..20. Default range [0.4, 1.6]. */
  blur?: DamageOptions;
  /** Blur along a straight path of that length in pixels, 1..100, in any direction. Default range [2, 6]. */
  motionBlur?: DamageOptions;
  /** Fewer pixels: down to that share of the width and height, 0.05..1, and up again. Default range [0.3, 0.8]. */
  lowResolution?: DamageOptions;
  /** Sensor noise: normal, of that standard deviation, 0..255, independent for each value. Default range [2, 22]. */
  noise?: DamageOptions;
  /** The losses of JPEG at that quality, 1..100. Default range [10, 60]. */
  jpeg?: DamageOptions;
  /** Mixup's alpha, at least 0: pairs of pictures and their targets are mixed by a Beta(alpha, alpha) share. Default 0. */
  mixup?: number;
}

/**
 * Compiles options into one augmentation.
 *
 * @param options What to change and how much.
 * @param where The place named in errors.
 * @returns The augmentation.
 * @throws InputError if an option is unknown or out of range.
 * @example
 * ```ts
 * const augment = createAugmentation({ flip: 0.5, contrast: 0.2, noise: { probability: 0.3 } });
 * ```
 */
export function createAugmentation(options: AugmentOptions, where = 'createAugmentation'): Augmentation {
  checkAugmentOptions(options, where);
  const { flip = 0, affine, brightness = 0, contrast = 0, erase, mixup = 0 } = options;
  const steps: Augmentation[] = [];
  if (flip > 0 || affine) steps.push(warp(flip, affine ?? {}));
  if (brightness > 0 || contrast > 0) steps.push(relight(brightness, contrast));
  if (erase && erase.probability > 0) steps.push(eraseRectangles(erase));
  for (const name of DAMAGE_NAMES) {
    const damage = options[name];
    if (damage) steps.push(damaging(DAMAGES[name], damage));
  }
  if (mixup > 0) steps.push(mixPairs(mixup));
  return (batch, random) => steps.forEach((step) => step(batch, random));
}

/**
 * An option `augment` as a function: its own, or one made of its options.
 * @throws InputError if it is neither.
 */
export function toAugmentation(where: string, augment: AugmentOptions | Augmentation | undefined) {
  return augment === undefined || typeof augment === 'function' ? augment : createAugmentation(augment, where);
}

function checkAugmentOptions(options: AugmentOptions, where: string): void {
  checkOptions(where, options, ['flip', 'affine', 'brightness', 'contrast', 'erase', 'mixup', ...DAMAGE_NAMES]);
  const { flip = 0, affine, brightness = 0, contrast = 0, erase, mixup = 0 } = options;
  checkNumber(`${where}: flip`, flip, { min: 0, max: 1 });
  if (affine !== undefined) checkAffine(`${where}: affine`, affine);
  checkNumber(`${where}: brightness`, brightness, { min: 0, max: 1 });
  checkNumber(`${where}: contrast`, contrast, { min: 0, max: 1 });
  if (erase !== undefined) checkErase(`${where}: erase`, erase);
  for (const name of DAMAGE_NAMES) {
    const damage = options[name];
    if (damage !== undefined) checkDamage(`${where}: ${name}`, damage, DAMAGES[name]);
  }
  checkNumber(`${where}: mixup`, mixup, { min: 0 });
}
