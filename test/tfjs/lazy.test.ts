import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import type { LazyOperation } from '../../src/tfjs/lazy';
import { runLazily } from '../../src/tfjs/lazy';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

type Inputs = { a: tf.Tensor; b: tf.Tensor };

const computed: string[] = [];
const SUM_OF_MULTIPLES: LazyOperation<Inputs, { times: number }> = {
  name: 'TestSumOfMultiples',
  forward: ({ a, b }, { times }) => tf.tidy(() => tf.add(tf.mul(a, times), b)),
  gradients: {
    a: (dy, _inputs, { times }) => (computed.push('a'), tf.mul(dy, times)),
    b: (dy) => (computed.push('b'), tf.clone(dy)),
  },
};
const run = (a: tf.Tensor, b: tf.Tensor) => runLazily(SUM_OF_MULTIPLES, { a, b }, { times: 3 });

describeOn(BACKENDS, 'runLazily', () => {
  expectNoLeaks();
  it('computes the output and both gradients', () => {
    tf.tidy(() => {
      computed.length = 0;
      const { value, grads } = tf.valueAndGrads(run as (...args: tf.Tensor[]) => tf.Tensor)([
        tf.scalar(2),
        tf.scalar(5),
      ]);
      expect([value, ...grads].map((tensor) => tensor.dataSync()[0])).toEqual([11, 3, 1]);
      expect(computed.sort()).toEqual(['a', 'b']);
    });
  });

  it('computes only the gradients that are needed', () => {
    tf.tidy(() => {
      computed.length = 0;
      expect(
        tf
          .grad((b) => run(tf.scalar(2), b))(tf.scalar(5))
          .dataSync()[0],
      ).toBe(1);
      expect(computed).toEqual(['b']);
    });
  });

  it('backpropagates to earlier operations, and keeps its own operations off the tape', () => {
    tf.tidy(() => {
      const gradient = tf.grad((x) => tf.square(run(tf.square(x), x)))(tf.scalar(2)); // d(3x² + x)² = 2(3x² + x)(6x + 1)
      expect(gradient.dataSync()[0]).toBeCloseTo(2 * 14 * 13, 4);
    });
  });
});
