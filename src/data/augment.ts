import type { Random } from '../random';
import { number, object, optional, type Parser, type Schema, share } from '../schema';
import { parseAffine, warp, type AffineOptions } from './augment/affine';
import { parseDamage, damaging, type DamageOptions } from './augment/damage';
import { parseErase, eraseRectangles, type EraseOptions } from './augment/erase';
import { DAMAGES, DAMAGE_NAMES, type DamageName } from './augment/kinds';
import { relight } from './augment/light';
import { mixPairs } from './augment/mixup';
import type { Batch } from './batches';

export type { AffineOptions, DamageOptions, EraseOptions };

/**
 * An augmentation step, which changes a batch in place. Augmentations run on the CPU before the upload, so that every backend gets the
 * same images for the same seed.
 */
export type Augmentation = (batch: Batch, random: Random) => void;

/**
 * Random augmentation of training images. Everything is off by default. Steps run in the order of this list, with mixup last. Values stay
 * within 0..255; alpha is not changed.
 *
 * Sources: random erasing, Zhong et al. 2017 (arXiv:1708.04896); mixup, Zhang et al. 2017 (arXiv:1710.09412);
 * corruptions, Hendrycks and Dietterich 2019 (arXiv:1903.12261).
 */
export interface AugmentOptions {
  /** The probability of a horizontal flip, 0..1. Default 0. */
  flip?: number;
  /** Rotation, scale and shift. Default: off. */
  affine?: AffineOptions;
  /** The maximum change of brightness, as a fraction of 255, 0..1. Default 0. */
  brightness?: number;
  /** The maximum change of contrast around the image's mean, 0..1; 0.3 draws a factor from 0.7 to 1.3. Default 0. */
  contrast?: number;
  /** Random erasing. Default: off. */
  erase?: EraseOptions;
  /** Gamma: 255 (x / 255)^strength, 0.2..5. Default range [0.5, 2.4]. */
  gamma?: DamageOptions;
  /** Darkening: strength times x, 0..1. Default range [0.25, 0.9]. */
  dim?: DamageOptions;
  /**
   * Side light from the left or right: x times a linear factor over the columns, from the strength s, 0..1, at the dark edge to
   * 1 + 0.4 (1 - s) at the bright one. Default range [0.3, 0.9].
   */
  sideLight?: DamageOptions;
  /** A vertical or horizontal gray bar across the image; the strength is its thickness as a fraction, 0..1. Default range [0.05, 0.25]. */
  bars?: DamageOptions;
  /** Gaussian blur; the strength is the standard deviation in pixels, 0.1..20. Default range [0.4, 1.6]. */
  blur?: DamageOptions;
  /** Motion blur in a random direction; the strength is the length in pixels, 1..100. Default range [2, 6]. */
  motionBlur?: DamageOptions;
  /** Downsampling and upsampling; the strength is the fraction of width and height, 0.05..1. Default range [0.3, 0.8]. */
  lowResolution?: DamageOptions;
  /** Gaussian noise, independent for each value; the strength is the standard deviation, 0..255. Default range [2, 22]. */
  noise?: DamageOptions;
  /** JPEG artifacts; the strength is the quality, 1..100. Default range [10, 60]. */
  jpeg?: DamageOptions;
  /** The alpha of mixup, at least 0: pairs of images and their targets are mixed by Beta(alpha, alpha). Default 0. */
  mixup?: number;
}

const parse = object({
  flip: optional(share, 0),
  affine: optional(parseAffine),
  brightness: optional(share, 0),
  contrast: optional(share, 0),
  erase: optional(parseErase),
  ...(Object.fromEntries(DAMAGE_NAMES.map((name) => [name, optional(parseDamage(DAMAGES[name]))])) as Readonly<
    Record<DamageName, Parser<Required<DamageOptions> | undefined>>
  >),
  mixup: optional(number({ min: 0 }), 0),
} satisfies Schema<AugmentOptions>);

/**
 * Creates an augmentation from options.
 *
 * @param options The steps and their parameters.
 * @returns The augmentation.
 * @throws InputError if an option is unknown or out of range.
 * @example
 * ```ts
 * const augment = createAugmentation({ flip: 0.5, contrast: 0.2, noise: { probability: 0.3 } });
 * ```
 */
export function createAugmentation(options: AugmentOptions): Augmentation {
  return build(parse('createAugmentation', options));
}

/** The option `augment`: checked, and as a function. */
export const parseAugmentation: Parser<Augmentation | undefined> = (where, augment) =>
  augment === undefined || typeof augment === 'function'
    ? (augment as Augmentation | undefined)
    : build(parse(where, augment));

function build(options: ReturnType<typeof parse>): Augmentation {
  const { flip, affine, brightness, contrast, erase, mixup } = options;
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
