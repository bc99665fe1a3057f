import type * as tf from '@tensorflow/tfjs-core';
import { inputError, within } from '../errors';
import { CHANNELS } from '../image/check';
import { checkOwnTensor } from '../tfjs/own';
import { describe } from '../validate';
import { type LabeledImages, UNLABELED } from './batches';
import { MAX_CLASSES } from '../class-names';

/** The maximum difference of a row's sum from 1. */
const TOLERANCE = 1e-3;

/**
 * Converts tensors, as `Dataset.toTensors` returns them, to plain arrays for training and evaluation.
 *
 * @param xs Images, `[n, h, w, c]` float32 or int32, 0..255 (not 0..1), c = 1, 3 or 4; borrowed.
 * @param ys Targets, `[n, numClasses]`, any dtype: one-hot rows, or soft targets that sum to 1; a row of zeros for an unknown class.
 *   Borrowed.
 * @returns Copies of the values. The images are bytes if all values are integers, otherwise float32. The label is the class with the
 *   highest target; `targets` is only defined if a row is not one-hot.
 * @throws InputError if a shape or a value is not valid.
 * @example
 * ```ts
 * const data = await fromTensors(xs, ys);
 * ```
 */
export function fromTensors(xs: tf.Tensor4D, ys: tf.Tensor2D): Promise<LabeledImages> {
  return within('fromTensors', () => readTensors({ xs, ys }));
}

/** {@link fromTensors} for functions of this package, whose names their errors get. */
export async function readTensors({ xs, ys }: { xs: tf.Tensor4D; ys: tf.Tensor2D }): Promise<LabeledImages> {
  within(': xs', () => checkTensor(xs, '[n, h, w, c]', 4));
  within(': ys', () => checkTensor(ys, '[n, numClasses]', 2));
  const [size, height, width, channels] = xs.shape;
  if (!CHANNELS.includes(channels as 1)) {
    throw inputError(': xs', '1, 3 or 4 channels', `${channels}`);
  }
  const [rows, numClasses] = ys.shape;
  if (rows !== size || numClasses < 1 || numClasses > MAX_CLASSES) {
    throw inputError(
      ': ys',
      `the shape [${size}, numClasses] with 1 to ${MAX_CLASSES} classes`,
      `[${rows}, ${numClasses}]`,
    );
  }
  const [pixels, targets] = await Promise.all([xs.data(), ys.data()]);
  const { labels, isOneHot } = within(': ys', () => readTargets(targets, size, numClasses));
  return {
    images: within(': xs', () => checkPixels(pixels)) ? new Uint8Array(pixels) : new Float32Array(pixels),
    labels,
    targets: isOneHot ? undefined : Float32Array.from(targets),
    sampleWeights: undefined,
    size,
    height,
    width,
    channels,
    numClasses,
  };
}

function checkTensor(tensor: tf.Tensor, axes: string, rank: number): void {
  if (Array.isArray(tensor?.shape) && tensor.shape.length === rank && !tensor.isDisposed) {
    return checkOwnTensor(tensor);
  }
  const received = Array.isArray(tensor?.shape)
    ? `${tensor.isDisposed ? 'a disposed one' : 'one'} of shape [${tensor.shape.join(', ')}]`
    : describe(tensor);
  throw inputError('', `a tensor ${axes}`, received);
}

/** Throws unless the pixels are in 0..255 and not scaled to 0..1. */
export function checkPixels(pixels: ArrayLike<number>): boolean {
  let max = 0;
  let areIntegers = true;
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]!;
    if (!(value >= 0 && value <= 255)) {
      throw inputError('', 'values in 0..255', String(value));
    }
    if (value > max) max = value;
    if (areIntegers && !Number.isInteger(value)) areIntegers = false;
  }
  if (!areIntegers && max <= 1) {
    throw inputError('', 'values in 0..255', `fractions of at most ${max}`, 'Multiply images in 0..1 by 255.');
  }
  return areIntegers;
}

function readTargets(targets: ArrayLike<number>, size: number, numClasses: number) {
  const labels = new Uint8Array(size).fill(UNLABELED);
  let isOneHot = true;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    let max = 0;
    for (let j = 0; j < numClasses; j++) {
      const value = targets[i * numClasses + j]!;
      sum += value >= 0 ? value : NaN;
      if (value > max) {
        max = value;
        labels[i] = j;
      }
    }
    if (sum !== 0 && !(Math.abs(sum - 1) <= TOLERANCE)) {
      const row = Array.from({ length: numClasses }, (_, j) => targets[i * numClasses + j]);
      throw inputError(
        `, row ${i}`,
        'values of at least 0 that sum to 1, or only zeros for an unknown class',
        `[${row.join(', ')}]`,
      );
    }
    if (sum !== 0 && max !== 1) isOneHot = false;
  }
  return { labels, isOneHot };
}
