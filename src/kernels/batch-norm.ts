import * as tf from '@tensorflow/tfjs-core';
import { type Forward, withGradient } from '../tfjs/custom-grad';
import { nativeKernels } from './on-demand';

/** The mean and the biased variance of each channel over a batch, both `[channels]` float32. */
export interface BatchStatistics {
  /** The mean of each channel. */
  mean: tf.Tensor1D;
  /** The variance of each channel, divided by the number of values (biased). */
  variance: tf.Tensor1D;
}

/** Reduces the means over this worker's part of a batch to those over the whole batch, `[means]`; owned by the enclosing tidy. */
export type ReduceMeans = (means: tf.Tensor1D) => tf.Tensor1D;

/**
 * Batch normalization in training mode, over all axes but the last. Its gradient is computed in one step: two sums per channel, then
 * `a * dy + b * x + c`, instead of some twenty elementwise operations. The native backend uses TensorFlow's fused operation.
 *
 * Source: Ioffe and Szegedy 2015 (arXiv:1502.03167).
 *
 * @param x The input, `[..., channels]` float32; borrowed.
 * @param gamma The scale, `[channels]`; borrowed.
 * @param beta The offset, `[channels]`; borrowed.
 * @param epsilon Added to the variance, above 0.
 * @param onStatistics Receives the batch's statistics, which are disposed of after the callback unless `tf.keep` is called on them.
 * @param reduce Required if `x` is one of several parts of a batch: gives all parts the same statistics. Called equally often and in the
 *   same order for each part.
 * @returns The normalized input in the shape of `x`, differentiable with respect to x, gamma and beta; owned by the caller.
 */
export function batchNormInTraining(
  x: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  epsilon: number,
  onStatistics: (statistics: BatchStatistics) => void,
  reduce?: ReduceMeans,
): tf.Tensor {
  const channels = x.shape.at(-1)!;
  const rows = tf.reshape(x, [x.size / channels, channels]);
  const kernel = (!reduce && nativeKernels()?.nativeBatchNorm) || composedBatchNorm(reduce);
  return tf.reshape(withGradient(kernel(epsilon, onStatistics), [rows, gamma, beta]), x.shape);
}

/** An implementation of batch normalization, of rows by gamma and beta. */
export type BatchNormKernel = (
  epsilon: number,
  onStatistics: (statistics: BatchStatistics) => void,
) => Forward<[x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor]>;

const composedBatchNorm =
  (reduce: ReduceMeans = (means) => means): BatchNormKernel =>
  (epsilon, onStatistics) =>
  ([x, gamma, beta], save) => {
    const mean = reduce(columnMeans(x));
    const centred = tf.sub(x, mean);
    const variance = reduce(columnMeans(tf.square(centred)));
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    onStatistics({ mean, variance });
    save([centred, gamma, inverse]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [centred, gamma, inverse] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
      const rows = dy.shape[0]!;
      const ownDy = columnMeans(dy);
      const ownDyX = tf.mul<tf.Tensor1D>(columnMeans(tf.mul(dy, centred)), inverse); // the mean of dy times the normalized x
      const [meanDy, meanDyX] = tf.split<tf.Tensor>(reduce(tf.concat([ownDy, ownDyX])), 2);
      const a = tf.mul(gamma, inverse);
      const b = tf.neg(tf.mul(tf.mul(a, inverse), meanDyX!));
      const dx = tf.sub(tf.add(tf.mul(dy, a), tf.mul(centred, b)), tf.mul(a, meanDy!));
      return [dx, tf.mul(ownDyX, rows), tf.mul(ownDy, rows)];
    };
    return { value: tf.add(tf.mul(centred, tf.mul(gamma, inverse)), beta), gradFunc };
  };

/** The mean of each column, by products with ones in blocks: WASM sums sequentially and loses precision over long columns. */
function columnMeans(x: tf.Tensor): tf.Tensor1D {
  const [rows, columns] = x.shape as [number, number];
  const length = blockLength(rows);
  const blocks = rows / length;
  const sums = tf.matMul(tf.ones([blocks, 1, length]), tf.reshape(x, [blocks, length, columns]));
  const total = tf.matMul(tf.fill([1, blocks], 1 / rows), tf.reshape(sums, [blocks, columns]) as tf.Tensor2D);
  return tf.reshape(total, [columns]);
}

/** The largest divisor of `rows` below 512, so that long columns are summed in blocks. */
function blockLength(rows: number): number {
  for (let length = Math.min(rows, 512); length > 1; length--) {
    if (rows % length === 0) return length;
  }
  return 1;
}
