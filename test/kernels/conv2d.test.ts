import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import type { Precision } from '../../src/kernels/conv2d';
import { conv2dInTraining } from '../../src/kernels/conv2d';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { caseOf, differences, onCpu, tensorsOf, weightedSum } from './geometries';

describeOn(BACKENDS, 'conv2dInTraining', () => {
  expectNoLeaks();

  it.each(['a 3×3 kernel', 'strides of 2', 'dilations of 2', 'two different dilations without padding'])(
    'gives the convolution and both of its gradients: %s',
    async (title) => {
      const expected = await onCpu(caseOf(title), false, (all) => {
        const byX = differences(all.x, (x) => weightedSum(x, all.filter, all, false));
        const byFilter = differences(all.filter, (filter) => weightedSum(all.x, filter, all, false));
        return [Array.from(weightedSum(all.x, all.filter, all, false).dataSync()), byX, byFilter];
      });
      const received = tf.tidy(() => {
        const { x, filter, dy, attributes } = tensorsOf(caseOf(title), false);
        const sum = (...[x, filter]: tf.Tensor[]) =>
          tf.sum(tf.mul(conv2dInTraining(x as tf.Tensor4D, filter as tf.Tensor4D, attributes), dy));
        const { value, grads } = tf.valueAndGrads(sum)([x, filter]);
        return [value, ...grads].map((tensor) => Array.from(tensor.dataSync()));
      });
      received.forEach((values, i) => expect(values).toBeAllClose(expected[i]!, { atol: 1e-4, rtol: 1e-5 }));
    },
  );

  it('refuses other data formats than NHWC', () => {
    const [x, filter] = [tf.zeros<tf.Rank.R4>([1, 2, 4, 4]), tf.zeros<tf.Rank.R4>([3, 3, 2, 1])];
    const run = () => conv2dInTraining(x, filter, { strides: 1, pad: 'same', dataFormat: 'NCHW' });
    expect(run).toThrow(InputError);
    expect(run).toThrow(/expected dataFormat 'NHWC', received "NCHW"/);
    tf.dispose([x, filter]);
  });
});

describeOn(
  BACKENDS.filter((name) => name === 'tensorflow'),
  'conv2dInTraining in bfloat16',
  () => {
    expectNoLeaks();

    it.each(['a 3×3 kernel', 'no padding', 'strides of 2', 'two different strides', 'dilations of 2'])(
      'gives the convolution and both of its gradients, to three digits: %s',
      (title) => {
        const differentiated = (precision: Precision) =>
          tf.tidy(() => {
            const { x, filter, dy, attributes } = tensorsOf(caseOf(title), false);
            const sum = (...[x, filter]: tf.Tensor[]) =>
              tf.sum(tf.mul(conv2dInTraining(x as tf.Tensor4D, filter as tf.Tensor4D, attributes, precision), dy));
            const { value, grads } = tf.valueAndGrads(sum)([x, filter]);
            return [value, ...grads].map((tensor) => Array.from(tensor.dataSync()));
          });
        const [exact, rounded] = [differentiated('float32'), differentiated('bfloat16')];
        rounded.forEach((values, i) => expect(values).toBeAllClose(exact[i]!, { atol: 0.05, rtol: 2 ** -7 }));
        if (!title.startsWith('dilations')) expect(rounded[1]).not.toEqual(exact[1]);
      },
    );
  },
);
