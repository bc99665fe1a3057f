import * as tf from '@tensorflow/tfjs-core';
import { inputError, within } from '../errors';
import { integer, type Parser } from '../schema';
import { checkNumber, checkOneOf, describe } from '../validate';
import { checkImages } from './check';
import { overWhite, toGray } from './gray';
import { resize } from './resize';

/**
 * What is done to images before a model sees them. It is stored with the weights, on their card.
 */
export interface Preprocessing {
  /** Height and width of the model's input in pixels, 1..4096. */
  readonly inputSize: readonly [height: number, width: number];
  /** Channels of the model's input: 1 (gray) or 3 (RGB). Default 1. */
  readonly channels?: 1 | 3;
  /** Mean of the pixels scaled to 0..1, which is subtracted; of an RGB model one number, or one for each channel. */
  readonly mean: number | readonly number[];
  /** Standard deviation of the pixels scaled to 0..1, above 0, by which the difference is divided; as many numbers as for the mean. */
  readonly std: number | readonly number[];
}

/**
 * 48×48 gray pixels, and the mean 0.508 and standard deviation 0.254 over all pixels of FER2013's Training rows, of pixels in 0..1.
 *
 * @example
 * ```ts
 * DEFAULT_PREPROCESSING; // { inputSize: [48, 48], mean: 0.508, std: 0.254 }
 * ```
 */
export const DEFAULT_PREPROCESSING = Object.freeze({
  /** Height and width in pixels. */
  inputSize: Object.freeze([48, 48] as const),
  /** Mean of pixels in 0..1. */
  mean: 0.508,
  /** Standard deviation of pixels in 0..1. */
  std: 0.254,
}) satisfies Preprocessing;

/**
 * How a model expects its pixels: scaled to 0..1 or -1..1, raw (0..255, for models that scale them in a layer of their own), normalized by
 * FER2013's mean and standard deviation as the models of this package, or by other ones of pixels in 0..1.
 */
export type Pixels = '0..1' | '-1..1' | '0..255' | 'fer2013' | Pick<Preprocessing, 'mean' | 'std'>;

const NAMED_PIXELS: Readonly<Record<Extract<Pixels, string>, Pick<Preprocessing, 'mean' | 'std'>>> = {
  '0..1': { mean: 0, std: 1 },
  '-1..1': { mean: 0.5, std: 0.5 },
  '0..255': { mean: 0, std: 1 / 255 },
  fer2013: { mean: DEFAULT_PREPROCESSING.mean, std: DEFAULT_PREPROCESSING.std },
};

/**
 * The mean and standard deviation that pixels are normalized by.
 * @throws {@link InputError} if it is not a preprocessing.
 */
export function statisticsOf(pixels: Pixels): Pick<Preprocessing, 'mean' | 'std'> {
  if (typeof pixels === 'string' && Object.hasOwn(NAMED_PIXELS, pixels)) return NAMED_PIXELS[pixels];
  const { mean, std } = Object(pixels) as { mean?: number | number[]; std?: number | number[] };
  if (mean !== undefined && std !== undefined) return { mean, std };
  const names = Object.keys(NAMED_PIXELS).map((name) => `'${name}'`);
  throw inputError('', `one of ${names.join(', ')}, or { mean, std } of pixels in 0..1`, describe(pixels));
}

/**
 * Turns images into the input of a model: gray or RGB, resized, normalized. Training, evaluation and classification all call this one
 * function, so that a model meets in use what it met in training.
 *
 * Gray images of the right size cost two element-wise operations. Values outside 0..255 and NaN are not looked for.
 *
 * @param images [n, h, w, c] float32 or int32, 0..255, c = 1 (gray), 3 (RGB) or 4 (RGBA, laid over white); borrowed.
 * @param preprocessing Input size, channels, mean and standard deviation. Default {@link DEFAULT_PREPROCESSING}.
 * @returns [n, height, width, channels] float32, `(x / 255 - mean) / std`; the caller's.
 * @throws {@link InputError} if the tensor has another shape, is empty or disposed of, has a side above 65,535 that must be resized, or if
 *   the preprocessing is not valid.
 * @example
 * ```ts
 * const input = preprocess(tf.expandDims(photo, 0)); // photo [480, 640, 3] → [1, 48, 48, 1]
 * ```
 */
export function preprocess(images: tf.Tensor4D, preprocessing: Preprocessing = DEFAULT_PREPROCESSING): tf.Tensor4D {
  return within('preprocess', () => {
    checkPreprocessing(preprocessing);
    const { inputSize, channels = 1, mean, std } = preprocessing;
    checkImages(images);
    return tf.tidy(() => {
      const [height, width] = inputSize;
      const [, h, w, c] = images.shape;
      const fits = h === height && w === width && c === channels;
      const sized = fits ? images : channels === 1 ? toGraySize(images, inputSize) : toColorSize(images, inputSize);
      if (typeof mean === 'number' && typeof std === 'number')
        return tf.sub<tf.Tensor4D>(tf.mul(sized, 1 / (255 * std)), mean / std);
      const [means, stds] = [perChannel(mean, channels), perChannel(std, channels)];
      const factor = tf.tensor1d(stds.map((each) => 1 / (255 * each)));
      return tf.sub<tf.Tensor4D>(tf.mul(sized, factor), tf.tensor1d(means.map((each, i) => each / stds[i]!)));
    });
  });
}

const perChannel = (value: number | readonly number[], channels: number): readonly number[] =>
  typeof value === 'number' ? Array.from({ length: channels }, () => value) : value;

/** Throws unless a value is a {@link Preprocessing}. */
export function checkPreprocessing(value: unknown): asserts value is Preprocessing {
  if (typeof value !== 'object' || value === null) {
    throw inputError(': preprocessing', '{ inputSize, mean, std }', describe(value));
  }
  const { inputSize, channels = 1, mean, std } = value as Partial<Preprocessing>;
  parseSize(': inputSize', inputSize);
  checkOneOf(': channels', channels, [1, 3]);
  for (const [name, numbers, bounds] of [
    ['mean', mean, {}],
    ['std', std, { min: 1e-6 }],
  ] as const) {
    const list = Array.isArray(numbers) ? (numbers as number[]) : [numbers];
    for (const number of list) checkNumber(`: ${name}`, number, bounds);
    if (!Array.isArray(numbers) || list.length === channels) continue;
    throw inputError(`: ${name}`, `a number, or ${channels}, one for each channel`, describe(numbers));
  }
}

/**
 * Makes images gray and resizes them, by area where they shrink and linearly where they grow, without normalizing.
 *
 * @param images [n, h, w, c] float32 or int32, 0..255, c = 1 (gray), 3 (RGB) or 4 (RGBA, laid over white); borrowed.
 * @param size Height and width wanted in pixels, 1..4096.
 * @returns [n, height, width, 1] float32 0..255; the caller's, even if nothing was to be done.
 * @throws {@link InputError} if the tensor has another shape, is empty or disposed of, or if the size is not valid.
 */
export function toGraySize(images: tf.Tensor4D, size: readonly [height: number, width: number]): tf.Tensor4D {
  parseSize('toGraySize: size', size);
  within('toGraySize', () => checkImages(images));
  return tf.tidy(() => resize(toGray(tf.cast(images, 'float32')), size));
}

/** Images in RGB, resized as by {@link toGraySize}: [n, height, width, 3]. */
export function toColorSize(images: tf.Tensor4D, size: readonly [height: number, width: number]): tf.Tensor4D {
  const opaque = overWhite(tf.cast(images, 'float32'));
  return resize(opaque.shape[3] === 1 ? tf.tile(opaque, [1, 1, 1, 3]) : opaque, size);
}

const side = integer({ min: 1, max: 4096 });

/** Height and width in pixels. */
export const parseSize: Parser<readonly [height: number, width: number]> = (where, size) => {
  const { 0: height, 1: width } = Object(size) as Record<number, unknown>;
  return [side(`${where}[0]`, height), side(`${where}[1]`, width)];
};
