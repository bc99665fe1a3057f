import * as tf from '@tensorflow/tfjs-core';
import { nativeKernels } from './on-demand';

/** The window size and strides of a pooling, in pixels, and the padding. */
export interface PoolAttributes {
  poolSize: [height: number, width: number];
  strides: [height: number, width: number];
  pad: 'same' | 'valid';
}

/**
 * Max pooling with a multi-threaded gradient on the native backend: uses oneDNN, which TensorFlow includes for x86 processors, because
 * TensorFlow's own gradient is single-threaded and takes three times as long. Other backends use tfjs's pooling.
 *
 * @param x The input, `[n, h, w, c]` float32; borrowed.
 * @param attributes The windows and padding; channels last.
 * @returns `[n, oh, ow, c]`, differentiable; owned by the caller.
 */
export function maxPoolInTraining(x: tf.Tensor4D, attributes: PoolAttributes): tf.Tensor4D {
  const { poolSize, strides, pad } = attributes;
  return nativeKernels()?.nativeMaxPool(x, attributes) ?? tf.maxPool(x, poolSize, strides, pad);
}
