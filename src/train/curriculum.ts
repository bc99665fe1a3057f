import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Augmentation, AugmentOptions } from '../data/augment';
import { createAugmentation } from '../data/augment';
import { InputError, inputError } from '../errors';
import type { Preprocessing } from '../image/preprocess';
import { checkInteger, checkNumber, checkOptions, describe } from '../validate';

/**
 * A stretch of the run with pictures of another size.
 *
 * @example
 * ```ts
 * const small: SizePhase = { until: 0.5, size: 32 };
 * await train(createCompactCnn(), dataset, { epochs: 30, curriculum: { sizes: [small] } });
 * ```
 */
export interface SizePhase {
  /** Where the stretch ends, as a share of all epochs, 0..1. */
  until: number;
  /** Height and width of the pictures in pixels, at least 1. */
  size: number;
}

/**
 * How the training pictures change in the course of a run. Epochs are counted from the start of the run, resumed or not.
 *
 * @example
 * ```ts
 * const sizes = [{ until: 0.4, size: 32 }, { until: 0.7, size: 40 }];
 * const curriculum: CurriculumOptions = { sizes, mixupUntil: 0.9 };
 * await train(createCompactCnn(), dataset, { epochs: 30, curriculum, augment: { mixup: 0.2 } });
 * ```
 */
export interface CurriculumOptions {
  /**
   * Smaller pictures in the first epochs, which cost less, in the order of their ends; after the last phase the pictures have the
   * model's size. The network must take pictures of any size: one that ends in global pooling does. Default none. Source: Tan and
   * Le 2021 (arXiv:2104.00298).
   */
  sizes?: readonly SizePhase[];
  /** The share of the epochs after which `augment.mixup` is off, 0..1, so that the run ends on real pictures. Default 1. */
  mixupUntil?: number;
}

/**
 * Checks a curriculum, as far as it does not depend on the model.
 * @throws InputError
 */
export function checkCurriculum(
  curriculum: CurriculumOptions,
  augment: AugmentOptions | Augmentation | undefined,
): void {
  const where = 'train: curriculum';
  checkOptions(where, curriculum, ['sizes', 'mixupUntil']);
  const { sizes = [], mixupUntil } = curriculum;
  if (!Array.isArray(sizes)) {
    const expected = 'an array of { until, size }';
    throw inputError(`${where}.sizes`, expected, describe(sizes));
  }
  (sizes as readonly SizePhase[]).forEach((phase, i) => {
    const at = `${where}.sizes[${i}]`;
    checkOptions(at, phase, ['until', 'size']);
    checkNumber(`${at}.until`, phase.until, { min: i === 0 ? 0 : sizes[i - 1]!.until, max: 1 });
    checkInteger(`${at}.size`, phase.size, { min: 1 });
  });
  if (mixupUntil === undefined) return;
  checkNumber(`${where}.mixupUntil`, mixupUntil, { min: 0, max: 1 });
  if (typeof augment === 'object' && augment.mixup) return;
  throw inputError(
    `${where}.mixupUntil`,
    'augment to be an object with mixup',
    describe(augment),
    'Leave mixupUntil out, or set augment.mixup.',
  );
}

/**
 * Checks that a model takes pictures of every size in the curriculum.
 *
 * @param model The model; borrowed. It sees one picture of zeros of each size.
 * @throws InputError if it does not.
 */
export function checkTakesSizes(model: tfl.LayersModel, { sizes = [] }: CurriculumOptions): void {
  for (const { size } of sizes) {
    try {
      tf.tidy(() => void model.apply(tf.zeros([1, size, size, 1])));
    } catch (cause) {
      throw new InputError({
        where: 'train: curriculum.sizes',
        expected: 'a network that takes pictures of any size, such as one that ends in global pooling',
        received: `an error for pictures of ${size}×${size}: ${(cause as Error).message}`,
        cause,
      });
    }
  }
}

/** The preprocessing of an epoch, from 0: the model's, at the curriculum's size. */
export function preprocessingIn(
  epoch: number,
  epochs: number,
  { sizes = [] }: CurriculumOptions,
  preprocessing: Preprocessing,
): Preprocessing {
  const phase = sizes.find(({ until }) => epoch < Math.round(until * epochs));
  return phase ? { ...preprocessing, inputSize: [phase.size, phase.size] } : preprocessing;
}

/** The augmentation of each epoch, from 0: the given one, later without mixup. */
export function augmentationByEpoch(
  augment: AugmentOptions | Augmentation | undefined,
  epochs: number,
  { mixupUntil = 1 }: CurriculumOptions,
): (epoch: number) => Augmentation | undefined {
  if (typeof augment !== 'object') return () => augment;
  const where = 'train: augment';
  const first = createAugmentation(augment, where);
  const last = createAugmentation({ ...augment, mixup: 0 }, where);
  return (epoch) => (epoch < Math.round(mixupUntil * epochs) ? first : last);
}
