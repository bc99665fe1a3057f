import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { BackendError, InputError } from '../../src/errors';
import { registerTrainingKernels } from '../../src/kernels/register';
import type { TestBackend } from '../support/backends';
import { BACKENDS, describeOn, expectNoLeaks, useBackend } from '../support/backends';
import { numbers } from './geometries';

const NAMES = [
  'Conv2DBackpropFilter',
  'DepthwiseConv2dNativeBackpropFilter',
  'DepthwiseConv2dNativeBackpropInput',
  'UnsortedSegmentSum',
];

/** What a backend brings, but with wrong gradients. */
const WRONG = {
  cpu: ['AvgPoolGrad', 'ResizeNearestNeighborGrad', 'ResizeBilinearGrad'],
  wasm: ['AvgPoolGrad', 'MaxPoolGrad'],
  tensorflow: [],
} satisfies Record<TestBackend, string[]>;

/** Of the network below, from this test on the plain CPU backend with its own kernels. */
const LOSSES = [1.117309, 1.095287, 1.078261];

describe('registerTrainingKernels', () => {
  it('asks for an active backend', () => {
    expect(() => registerTrainingKernels()).toThrow(BackendError);
    expect(() => registerTrainingKernels()).toThrow(/expected a TensorFlow.js backend, received none/);
  });

  it('is not called when the package is imported', async () => {
    await useBackend('wasm');
    await import('../../src/index');
    expect(NAMES.filter((name) => tf.getKernel(name, 'wasm'))).toEqual([]);
  });

  it('registers missing and wrong kernels on WASM once', async () => {
    await useBackend('wasm');
    expect(registerTrainingKernels()).toEqual([...NAMES, ...WRONG.wasm]);
    const registered = NAMES.map((name) => tf.getKernel(name, 'wasm'));
    expect(registerTrainingKernels()).toEqual([]);
    expect(NAMES.map((name) => tf.getKernel(name, 'wasm'))).toEqual(registered);
  });

  it.each(BACKENDS.filter((name) => name !== 'wasm'))(
    'replaces of the kernels that %s brings only the wrong ones',
    async (name) => {
      await useBackend(name);
      const before = new Map(tf.getKernelsForBackend(name).map((config) => [config.kernelName, config]));
      expect(NAMES.every((kernel) => before.has(kernel))).toBe(true);
      expect(registerTrainingKernels()).toEqual(WRONG[name]);
      const replaced = tf.getKernelsForBackend(name).filter((config) => before.get(config.kernelName) !== config);
      expect(replaced.map(({ kernelName }) => kernelName).sort()).toEqual([...WRONG[name]].sort());
    },
  );
});

describeOn(BACKENDS, 'training without train()', () => {
  expectNoLeaks();

  it('works with the kernels registered: depthwise, separable and strided convolutions, and pools', async () => {
    registerTrainingKernels();
    const initializer = (seed: number) => tfl.initializers.glorotUniform({ seed });
    const model = tfl.sequential({
      layers: [
        tfl.layers.conv2d({
          inputShape: [8, 8, 1],
          filters: 4,
          kernelSize: 3,
          strides: 2,
          kernelInitializer: initializer(1),
        }),
        tfl.layers.depthwiseConv2d({
          kernelSize: 3,
          depthMultiplier: 2,
          padding: 'same',
          depthwiseInitializer: initializer(2),
        }),
        tfl.layers.separableConv2d({
          filters: 4,
          kernelSize: 2,
          activation: 'relu',
          depthwiseInitializer: initializer(3),
          pointwiseInitializer: initializer(4),
        }),
        tfl.layers.averagePooling2d({ poolSize: 2, padding: 'same' }),
        tfl.layers.globalAveragePooling2d({}),
        tfl.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: initializer(5) }),
      ],
    });
    const optimizer = tf.train.sgd(0.5);
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const xs = numbers([6, 8, 8, 1], 1);
    const ys = tf.tidy(() => tf.cast(tf.oneHot([0, 1, 2, 0, 1, 2], 3), 'float32'));
    const { history } = await model.fit(xs, ys, { epochs: 3, batchSize: 6, shuffle: false, verbose: 0 });

    expect(history['loss'] as number[]).toBeAllClose(LOSSES, { rtol: 1e-5 });
    tf.dispose([xs, ys]);
    optimizer.dispose();
    model.dispose();
  });

  it('supports tf.gather in a loss', () => {
    registerTrainingKernels();
    tf.tidy(() => {
      const gradient = tf.grad((x) => tf.sum(tf.gather(x, tf.tensor1d([1, 1], 'int32'))))(tf.ones([3, 2]));
      expect(gradient.arraySync()).toEqual([[0, 0], [2, 2], [0, 0]]); // prettier-ignore
    });
  });
});

describeOn(['wasm'], 'a registered kernel', () => {
  it.each(NAMES.slice(0, 1))('refuses channels that do not come last: %s', (name) => {
    registerTrainingKernels();
    const [x, dy] = [numbers([1, 2, 4, 4], 1), numbers([1, 2, 4, 4], 2)];
    const attributes = { strides: 1, pad: 'same', dataFormat: 'NCHW', filterShape: [3, 3, 2, 2] };
    const run = () => tf.engine().runKernel(name, { x, dy }, attributes);
    expect(run).toThrow(InputError);
    expect(run).toThrow(
      /^Conv2DBackpropFilter: expected dataFormat 'NHWC', received "NCHW"\. Convert it with tf\.transpose/,
    );
    tf.dispose([x, dy]);
  });
});
