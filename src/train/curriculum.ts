import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { type Augmentation, type AugmentOptions, parseAugmentation } from '../data/augment';
import { InputError, inputError } from '../errors';
import type { Preprocessing } from '../image/preprocess';
import { arrayOf, integer, object, optional, type Parser, type Schema, share } from '../schema';
import { checkNumber, describe } from '../validate';

/**
 * A stretch of the run with images of another size.
 */
export interface SizePhase {
  /** Where the stretch ends, as a share of all epochs, 0..1. */
  until: number;
  /** Height and width of the images in pixels, at least 1. */
  size: number;
}

/**
 * How the training images change in the course of a run. Epochs are counted from the start of the run, resumed or not.
 */
export interface CurriculumOptions {
  /**
   * Smaller images in the first epochs, which cost less, in the order of their ends; after the last phase the images have the
   * model's size. The model must take images of any size: one that ends in global pooling does. Default none. Source: Tan and
   * Le 2021 (arXiv:2104.00298).
   */
  sizes?: readonly SizePhase[];
  /** The share of the epochs after which `augment.mixup` is off, 0..1, so that the run ends on real images. Default 1. */
  mixupUntil?: number;
}

const parse = object({
  sizes: optional(
    arrayOf(
      'an array of { until, size }',
      object({ until: share, size: integer({ min: 1 }) } satisfies Schema<SizePhase>),
    ),
    [],
  ),
  mixupUntil: optional(share),
} satisfies Schema<CurriculumOptions>);

/** Checks a curriculum, as far as it does not depend on other options, and fills in its defaults. */
export const parseCurriculum: Parser<Curriculum> = (where, value = {}) => {
  const curriculum = parse(where, value);
  const { sizes } = curriculum;
  sizes.forEach(({ until }, i) =>
    checkNumber(`${where}.sizes[${i}].until`, until, { min: sizes[i - 1]?.until ?? 0, max: 1 }),
  );
  return curriculum;
};

/** A curriculum with its defaults. */
export type Curriculum = ReturnType<typeof parse>;

/**
 * Checks that a model takes images of every size in the curriculum.
 *
 * @param model The model; borrowed. It sees one image of zeros of each size.
 * @throws InputError if it does not.
 */
export function checkTakesSizes(model: tfl.LayersModel, { sizes }: Curriculum): void {
  const channels = model.inputs[0]!.shape[3]!;
  for (const { size } of sizes) {
    try {
      tf.tidy(() => void model.apply(tf.zeros([1, size, size, channels])));
    } catch (cause) {
      throw new InputError({
        where: 'train: curriculum.sizes',
        expected: 'a model that takes images of any size, such as one that ends in global pooling',
        received: `an error for images of ${size}×${size}: ${(cause as Error).message}`,
        cause,
      });
    }
  }
}

/** The preprocessing of an epoch, from 0: the model's, at the curriculum's size. */
export function preprocessingIn(
  epoch: number,
  epochs: number,
  { sizes }: Pick<Curriculum, 'sizes'>,
  preprocessing: Preprocessing,
): Preprocessing {
  const phase = sizes.find(({ until }) => epoch < Math.round(until * epochs));
  return phase ? { ...preprocessing, inputSize: [phase.size, phase.size] } : preprocessing;
}

/** The augmentation of each epoch, from 0: the given one, without mixup from the end of the curriculum's. */
export function augmentationByEpoch(
  augment: AugmentOptions | Augmentation | undefined,
  epochs: number,
  { mixupUntil }: Pick<Curriculum, 'mixupUntil'>,
): (epoch: number) => Augmentation | undefined {
  const first = parseAugmentation('train: augment', augment);
  if (mixupUntil === undefined) return () => first;
  if (typeof augment !== 'object' || !augment.mixup) {
    const expected = 'augment to be an object with mixup';
    const remedy = 'Leave mixupUntil out, or set augment.mixup.';
    throw inputError('train: curriculum.mixupUntil', expected, describe(augment), remedy);
  }
  const last = parseAugmentation('train: augment', { ...augment, mixup: 0 });
  return (epoch) => (epoch < Math.round(mixupUntil * epochs) ? first : last);
}
