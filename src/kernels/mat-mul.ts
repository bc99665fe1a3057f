import * as tf from '@tensorflow/tfjs-core';
import { type LazyOperation, runLazily } from '../tfjs/lazy';

type Inputs = { a: tf.Tensor2D; b: tf.Tensor2D };

/** Transposes the smaller matrix before each product: transposing within a product is ten times slower on WASM. */
const PRODUCT: LazyOperation<Inputs, object> = {
  name: 'FerMatMul',
  forward: ({ a, b }) => tf.matMul(a, b),
  gradients: {
    a: (dy, { b }) => tf.tidy(() => tf.transpose(tf.matMul(b, tf.transpose(dy as tf.Tensor2D)))),
    b: (dy, { a }) => tf.tidy(() => tf.matMul(tf.transpose(a), dy as tf.Tensor2D)),
  },
};

/**
 * A matrix product with gradients that are fast on WASM too.
 *
 * @param a `[n, m]` float32, few rows; borrowed.
 * @param b `[m, k]` float32; borrowed.
 * @returns `[n, k]`, differentiable with respect to both inputs; owned by the caller.
 */
export function matMulInTraining(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.getBackend() === 'wasm' ? (runLazily(PRODUCT, { a, b }, {}) as tf.Tensor2D) : tf.matMul(a, b);
}
