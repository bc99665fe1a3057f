import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import type { PoolAttributes } from '../../src/kernels/max-pool';
import { maxPoolInTraining } from '../../src/kernels/max-pool';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { numbers } from './geometries';

describeOn(BACKENDS, 'maxPoolInTraining', () => {
  expectNoLeaks();

  it.each<[string, PoolAttributes]>([
    ['windows of 2', { poolSize: [2, 2], strides: [2, 2], pad: 'valid' }],
    ['windows that overlap', { poolSize: [3, 3], strides: [2, 2], pad: 'valid' }],
    ['padding', { poolSize: [3, 2], strides: [2, 1], pad: 'same' }],
  ])('gives the values and the gradient of tf.maxPool: %s', (_, attributes) => {
    const { poolSize, strides, pad } = attributes;
    const results = tf.tidy(() => {
      const x = tf.relu(numbers([2, 7, 6, 3], 1)); // with zeros side by side, as after ReLU
      const dy = numbers(tf.maxPool(x, poolSize, strides, pad).shape, 2);
      return [
        (x: tf.Tensor) => maxPoolInTraining(x as tf.Tensor4D, attributes),
        (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, poolSize, strides, pad),
      ].map((pool) => {
        const { value, grad } = tf.valueAndGrad((x) => tf.sum(tf.mul(pool(x), dy)))(x);
        // where nothing is above zero, ReLU lets no gradient through, whichever of the zeros got it
        return [pool(x), value, tf.where(tf.greater(x, 0), grad, 0)].map((tensor) => Array.from(tensor.dataSync()));
      });
    });
    results[0]!.forEach((values, i) => expect(values).toBeAllClose(results[1]![i]!, { atol: 1e-5, rtol: 1e-5 }));
  });
});
