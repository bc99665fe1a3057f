import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { matMulInTraining } from '../../src/kernels/mat-mul';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

describeOn(BACKENDS, 'matMulInTraining', () => {
  expectNoLeaks();

  it('equals the product and the gradients of tf.matMul', () => {
    tf.tidy(() => {
      const wave = (shape: [number, number]): tf.Tensor => tf.sin(tf.reshape(tf.range(0, shape[0] * shape[1]), shape));
      const inputs = [wave([3, 5]), wave([5, 2])];
      const of = (product: (a: tf.Tensor2D, b: tf.Tensor2D) => tf.Tensor) => {
        const { value, grads } = tf.valueAndGrads((...[a, b]) => product(a as tf.Tensor2D, b as tf.Tensor2D))(
          inputs,
          tf.cos(wave([3, 2])),
        );
        return [value, ...grads].flatMap((tensor) => Array.from(tensor.dataSync()));
      };
      expect(of(matMulInTraining)).toBeAllClose(
        of((a, b) => tf.matMul(a, b)),
        { atol: 1e-6 },
      );
    });
  });
});
