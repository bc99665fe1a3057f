import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { checkInteger, checkNumber, describe } from '../validate';
import { checkImages } from './check';
import { toGray } from './gray';
import { resize } from './resize';

/**
 * What is done to pictures before a network sees them. It travels with the weights on their card.
 *
 * @example
 * ```ts
 * const preprocessing: Preprocessing = { inputSize: [64, 64], mean: 0.5, standardDeviation: 0.25 };
 * const input = preprocess(photos, preprocessing); // [n, 64, 64, 1]
 * ```
 */
export interface Preprocessing {
  /** Height and width of the network's input in pixels, 1..4096. */
  readonly inputSize: readonly [height: number, width: number];
  /** Mean of the pixels scaled to 0..1; it is subtracted. */
  readonly mean: number;
  /** Standard deviation of the pixels scaled to 0..1, above 0; it is what the difference is divided by. */
  readonly standardDeviation: number;
}

/**
 * 48×48 pixels, and the mean 0.508 and standard deviation 0.254 over all pixels of FER2013's Training rows, of pixels in 0..1.
 *
 * @example
 * ```ts
 * DEFAULT_PREPROCESSING; // { inputSize: [48, 48], mean: 0.508, standardDeviation: 0.254 }
 * ```
 */
export const DEFAULT_PREPROCESSING: Preprocessing = Object.freeze({
  inputSize: Object.freeze([48, 48] as const),
  mean: 0.508,
  standardDeviation: 0.254,
});

/**
 * Turns pictures into the input of a network: gray, resized, normalised. Training, evaluation and classification all call
 * this one function, so that a network meets in use what it met in training.
 *
 * Gray pictures of the right size cost two element-wise operations. Values outside 0..255 and NaN are not looked for.
 *
 * @param images [n, h, w, c] float32 or int32, 0..255, c = 1 (gray), 3 (RGB) or 4 (RGBA, laid over white); borrowed.
 * @param preprocessing Input size, mean and standard deviation. Default {@link DEFAULT_PREPROCESSING}.
 * @returns [n, height, width, 1] float32, `(gray / 255 - mean) / standardDeviation`; the caller's.
 * @throws {@link InputError} if the tensor has another shape, is empty or disposed of, or if the preprocessing is not valid.
 * @example
 * ```ts
 * const input = preprocess(tf.expandDims(photo, 0)); // photo [480, 640, 3] → [1, 48, 48, 1]
 * ```
 */
export function preprocess(images: tf.Tensor4D, preprocessing: Preprocessing = DEFAULT_PREPROCESSING): tf.Tensor4D {
  if (typeof preprocessing !== 'object' || preprocessing === null) {
    const expected = '{ inputSize, mean, standardDeviation }';
    throw inputError('preprocess: preprocessing', expected, describe(preprocessing));
  }
  const { inputSize, mean, standardDeviation } = preprocessing;
  checkNumber('preprocess: mean', mean);
  checkNumber('preprocess: standardDeviation', standardDeviation, { min: 1e-6 });
  checkSize('preprocess: inputSize', inputSize);
  checkImages('preprocess', images);
  return tf.tidy(() => {
    const gray = isGrayOfSize(images, inputSize) ? images : toGraySize(images, inputSize);
    return tf.sub<tf.Tensor4D>(tf.mul(gray, 1 / (255 * standardDeviation)), mean / standardDeviation);
  });
}

/**
 * Makes pictures gray and resizes them, by area where they shrink and linearly where they grow, without normalising.
 *
 * @param images [n, h, w, c] float32 or int32, 0..255, c = 1 (gray), 3 (RGB) or 4 (RGBA, laid over white); borrowed.
 * @param size Height and width wanted in pixels, 1..4096.
 * @returns [n, height, width, 1] float32 0..255; the caller's, even if nothing was to be done.
 * @throws {@link InputError} if the tensor has another shape, is empty or disposed of, or if the size is not valid.
 * @example
 * ```ts
 * const thumbnails = toGraySize(photos, [48, 48]); // [n, 480, 640, 3] → [n, 48, 48, 1]
 * ```
 */
export function toGraySize(images: tf.Tensor4D, size: readonly [height: number, width: number]): tf.Tensor4D {
  checkSize('toGraySize: size', size);
  checkImages('toGraySize', images);
  return tf.tidy(() => resize(toGray(tf.cast(images, 'float32')), size));
}

function isGrayOfSize({ shape }: tf.Tensor4D, [height, width]: readonly [number, number]): boolean {
  return shape[1] === height && shape[2] === width && shape[3] === 1;
}

/**
 * Throws unless height and width of pictures are given, each in 1..4096 pixels.
 * @throws {@link InputError}
 */
export function checkSize(where: string, size: readonly [height: number, width: number]): void {
  checkInteger(`${where}[0]`, size?.[0], { min: 1, max: 4096 });
  checkInteger(`${where}[1]`, size?.[1], { min: 1, max: 4096 });
}
