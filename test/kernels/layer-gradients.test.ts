import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { registerTrainingKernels } from '../../src/kernels/register';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { numbers } from './geometries';

const { layers } = tfl;
const pair = (merge: { apply(inputs: tf.Tensor[]): unknown }) => (x: tf.Tensor) =>
  merge.apply([x, tf.reverse(x, 1)]) as tf.Tensor;

/** Every kind of layer with a gradient that models here may contain, applied to images `[2, 4, 6, 2]`; windows also over the border. */
const LAYERS: Readonly<Record<string, () => tfl.layers.Layer | ((x: tf.Tensor) => tf.Tensor)>> = {
  'max pooling': () => layers.maxPooling2d({ poolSize: 2 }),
  'max pooling with padding': () => layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  'max pooling with one step': () => layers.maxPooling2d({ poolSize: [3, 2], strides: 1, padding: 'same' }),
  'average pooling': () => layers.averagePooling2d({ poolSize: 2 }),
  'average pooling with padding': () => layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
  'average pooling with one step': () => layers.averagePooling2d({ poolSize: [3, 2], strides: 1, padding: 'same' }),
  'average pooling that leaves pixels unseen': () => layers.averagePooling2d({ poolSize: 2, strides: 3 }),
  'global average pooling': () => layers.globalAveragePooling2d({}),
  'global max pooling': () => layers.globalMaxPooling2d({}),
  'upsampling to the nearest': () => layers.upSampling2d({ size: [2, 3] }),
  'bilinear upsampling': () => layers.upSampling2d({ size: [3, 2], interpolation: 'bilinear' }),
  convolution: () => layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' }),
  'convolution with strides': () => layers.conv2d({ filters: 3, kernelSize: [2, 3], strides: 2 }),
  'depthwise convolution': () => layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }),
  'separable convolution': () => layers.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same' }),
  dense: () => layers.dense({ units: 3 }),
  'batch normalization': () => layers.batchNormalization({}),
  ReLU: () => layers.reLU({}),
  'ReLU with a bound': () => layers.reLU({ maxValue: 0.5 }),
  LeakyReLU: () => layers.leakyReLU({ alpha: 0.3 }),
  ELU: () => layers.elu({}),
  PReLU: () => layers.prelu({ alphaInitializer: tfl.initializers.constant({ value: 0.3 }) }),
  softmax: () => layers.softmax({ axis: 3 }),
  ...Object.fromEntries(
    (['sigmoid', 'tanh', 'softplus', 'softsign', 'selu', 'elu', 'relu6', 'hardSigmoid', 'swish', 'mish'] as const).map(
      (activation) => [`activation ${activation}`, () => layers.activation({ activation })],
    ),
  ),
  'zero padding': () => layers.zeroPadding2d({ padding: [[1, 0], [0, 2]] }), // prettier-ignore
  cropping: () => layers.cropping2D({ cropping: [[1, 0], [0, 2]] }), // prettier-ignore
  flatten: () => layers.flatten(),
  reshape: () => layers.reshape({ targetShape: [6, 8] }),
  permute: () => layers.permute({ dims: [3, 1, 2] }),
  'batch normalization of another axis': () => layers.batchNormalization({ axis: 1 }),
  'PReLU with shared slopes': () =>
    layers.prelu({ alphaInitializer: tfl.initializers.constant({ value: 0.3 }), sharedAxes: [1, 2] }),
  rescaling: () => layers.rescaling({ scale: 0.5, offset: 1 }),
  'depthwise convolution with strides': () => layers.depthwiseConv2d({ kernelSize: 2, strides: 2 }),
  'separable convolution with strides': () =>
    layers.separableConv2d({ filters: 3, kernelSize: 2, strides: 2, depthMultiplier: 2 }),
  'channels first': () => layers.conv2d({ filters: 3, kernelSize: 2, dataFormat: 'channelsFirst' }),
  'channels first in max pooling': () => layers.maxPooling2d({ poolSize: 2, dataFormat: 'channelsFirst' }),
  'channels first in average pooling': () =>
    layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same', dataFormat: 'channelsFirst' }),
  'channels first in upsampling': () => layers.upSampling2d({ size: [2, 1], dataFormat: 'channelsFirst' }),
  ...Object.fromEntries(
    (['linear', 'relu', 'softmax', 'gelu', 'gelu_new'] as const).map((activation) => [
      `activation ${activation}`,
      () => layers.activation({ activation: activation as 'relu' }),
    ]),
  ),
  addition: () => pair(layers.add()),
  product: () => pair(layers.multiply()),
  average: () => pair(layers.average()),
  maximum: () => pair(layers.maximum()),
  minimum: () => pair(layers.minimum()),
  concatenation: () => pair(layers.concatenate({ axis: -1 })),
};

const SHAPE = [2, 4, 6, 2] as const;
const STEP = 1 / 512;

/** What the sum of the outputs weighs them with. */
const weightsOf = (shape: number[]) => tf.reshape(numbers([1, 1, 1, tf.util.sizeFromShape(shape)], 2), shape);

describeOn(BACKENDS, 'the gradients of layers', () => {
  expectNoLeaks();

  it.each(Object.keys(LAYERS))('are those of finite differences: %s', async (kind) => {
    registerTrainingKernels();
    const made = LAYERS[kind]!();
    // all below zero in the first image, no two alike and none within a step of where a layer bends
    const values = Float32Array.from({ length: 96 }, (_, i) => (((i * 37) % 96) + 0.5) / 48 - (i < 48 ? 2.5 : 1));
    const run = (x: tf.Tensor) => (typeof made === 'function' ? made(x) : (made.apply(x) as tf.Tensor));
    tf.tidy(() => void run(tf.tensor(values, [...SHAPE]))); // makes the weights
    const loss = (x: tf.Tensor) => tf.tidy(() => (({ shape }) => tf.sum(tf.mul(run(x), weightsOf(shape))))(run(x)));
    const [received, expected] = tf.tidy(() => {
      const gradient = tf.grad(loss)(tf.tensor(values, [...SHAPE]));
      const differences = Array.from(values, (value, i) => {
        const at = (moved: number) =>
          tf.tidy(() => {
            const copy = values.slice();
            copy[i] = moved;
            const y = run(tf.tensor(copy, [...SHAPE]));
            const [out, by] = [Array.from(y.dataSync()), weightsOf(y.shape).dataSync()];
            return out.reduce((sum, each, k) => sum + each * by[k]!, 0);
          });
        return (at(value + STEP) - at(value - STEP)) / (2 * STEP);
      });
      return [gradient.dataSync(), differences];
    });
    expect(received).toBeAllClose(expected, { atol: 3e-3, rtol: 3e-3 });
    if (typeof made !== 'function') made.dispose();
  });

  it('go to the largest pixel of a window below zero', () => {
    registerTrainingKernels();
    const gradient = tf.tidy(() =>
      tf
        .grad((x) => tf.sum(tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid')))(tf.tensor4d([-4, -3, -2, -1], [1, 2, 2, 1]))
        .dataSync(),
    );
    expect(Array.from(gradient)).toEqual([0, 0, 0, 1]);
  });
});
