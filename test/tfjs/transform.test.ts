import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { transform } from '../../src/tfjs/transform';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

describeOn(BACKENDS, 'transform', () => {
  expectNoLeaks();

  it('samples between pixels linearly and repeats the edges', async () => {
    // [[0, 10, 20], [30, 40, 50]], sampled at x = 0.5 j - 0.5 and y = 0.5 i: worked out by hand
    const images = tf.tensor4d([0, 10, 20, 30, 40, 50], [1, 2, 3, 1]);
    const matrices = tf.tensor2d([[0.5, 0, -0.5, 0, 0.5, 0, 0, 0]]);
    const result = transform(images, matrices, [3, 4]);
    expect(result.shape).toEqual([1, 3, 4, 1]);
    expect(await result.data()).toBeAllClose([0, 0, 5, 10, 15, 15, 20, 25, 30, 30, 35, 40], { atol: 1e-5 });
    tf.dispose([images, matrices, result]);
  });
});
