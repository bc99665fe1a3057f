import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { listModels } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import type { OptimizerName } from '../../src/train/optimizers';
import { disposeOptimizer } from '../../src/tfjs/optimizers';
import type { LossName } from '../../src/train/losses';
import type { TrainOptions } from '../../src/train/options';
import { train } from '../../src/train/train';
import type { TestBackend } from '../support/backends';
import { BACKENDS, useBackend } from '../support/backends';
import { squares } from '../support/faces';
import { NARROW } from '../support/tiny';

/** Every kind of layer that the architectures do not have: strides, dilations, depthwise, averages, a sum and a maximum of branches. */
function varied(): tfl.LayersModel {
  const { layers } = tfl;
  let seed = 0;
  const kernel = () => tfl.initializers.heNormal({ seed: ++seed });
  const same = { padding: 'same', kernelSize: 3 } as const;
  const input = tfl.input({ shape: [16, 16, 1] });
  const conv = { ...same, filters: 4, useBias: false };
  const start = layers.conv2d({ ...conv, strides: 2, kernelInitializer: kernel() }).apply(input); // [n, 8, 8, 4]
  const wide = layers.conv2d({ ...conv, dilationRate: 2, kernelInitializer: kernel() }).apply(start);
  const deep = layers.depthwiseConv2d({ ...same, depthwiseInitializer: kernel() }).apply(start);
  const sum = layers.add().apply([wide, deep] as tfl.SymbolicTensor[]);
  const parts = { depthwiseInitializer: kernel(), pointwiseInitializer: kernel() };
  let x = layers.separableConv2d({ ...same, ...parts, filters: 6, depthMultiplier: 2, strides: 2 }).apply(sum);
  x = layers.batchNormalization().apply(x); // [n, 4, 4, 6]
  x = layers.activation({ activation: 'relu' }).apply(x);
  x = layers.averagePooling2d({ poolSize: 2, strides: 1 }).apply(x);
  const pools = [layers.globalAveragePooling2d({}), layers.globalMaxPooling2d({})];
  const pooled = layers.concatenate().apply(pools.map((pool) => pool.apply(x) as tfl.SymbolicTensor));
  const dropped = layers.dropout({ rate: 0.2 }).apply(pooled);
  const head = layers.dense({ units: 7, activation: 'softmax', kernelInitializer: kernel() }).apply(dropped);
  return tfl.model({ inputs: input, outputs: head as tfl.SymbolicTensor });
}

/** Convolutions that have fewer products on WASM: channels in eights. */
function inEights(): tfl.LayersModel {
  const { layers } = tfl;
  let x = tfl.input({ shape: [16, 16, 1] });
  const input = x;
  for (let seed = 1; seed <= 3; seed++) {
    const kernelInitializer = tfl.initializers.heNormal({ seed });
    x = layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', kernelInitializer }).apply(x) as tfl.SymbolicTensor;
    x = layers.batchNormalization().apply(x) as tfl.SymbolicTensor;
    x = layers.activation({ activation: 'relu' }).apply(x) as tfl.SymbolicTensor;
  }
  x = layers.globalAveragePooling2d({}).apply(x) as tfl.SymbolicTensor;
  const kernelInitializer = tfl.initializers.heNormal({ seed: 4 });
  const head = layers.dense({ units: 7, activation: 'softmax', kernelInitializer }).apply(x);
  return tfl.model({ inputs: input, outputs: head as tfl.SymbolicTensor });
}

type Options = Omit<TrainOptions, 'epochs'>;

/** The losses of five steps on a backend. */
async function losses(backend: TestBackend, create: () => tfl.LayersModel, options: () => Options): Promise<number[]> {
  await useBackend(backend);
  const before = tf.memory().numTensors;
  const [model, given] = [create(), options()];
  const seen: number[] = [];
  await train(model, squares(20), {
    epochs: 1,
    batchSize: 4,
    seed: 5,
    augment: { flip: 0.5, affine: { rotate: 10 }, contrast: 0.1, mixup: 0.1 },
    callbacks: { onBatchEnd: async (_batch, logs) => void seen.push(logs!['loss'] as number) },
    ...given,
  });
  model.dispose();
  const optimizer = given.optimization?.optimizer;
  if (typeof optimizer === 'object') disposeOptimizer(optimizer);
  expect(tf.memory().numTensors).toBe(before);
  return seen;
}

/** Expects the losses of all backends to agree to three digits, and to be worth comparing. */
async function expectAgreement(create: () => tfl.LayersModel, options: () => Options): Promise<void> {
  const first = await losses(BACKENDS[0]!, create, options);
  expect(new Set(first).size).toBe(5);
  for (const backend of BACKENDS.slice(1)) {
    expect(await losses(backend, create, options)).toBeAllClose(first, { atol: 0, rtol: 5e-4 });
  }
}

describe(`the same seed and data on ${BACKENDS.join(', ')}`, () => {
  it.each(listModels())('give the same losses over 5 steps, to 3 digits: %s', async (name) => {
    const optimization = { learningRate: 0.02, weightDecay: 1e-4, clipNorm: 5, averaging: 0.9 };
    await expectAgreement(
      () => createModel(name, { ...NARROW[name], seed: 2 }),
      () => ({ optimization }),
    );
  });

  it('give the same losses over 5 steps, to 3 digits: channels in eights', async () => {
    await expectAgreement(inEights, () => ({ optimization: { learningRate: 0.02 } }));
  });

  it.each<[OptimizerName, LossName]>([
    ['sgd', 'categoricalCrossentropy'],
    ['momentum', 'focal'],
    ['adam', 'binaryCrossentropy'],
    ['rmsprop', 'categoricalCrossentropy'],
  ])('give the same losses with every kind of layer, by %s and %s', async (optimizer, type) => {
    const options = { optimization: { optimizer, learningRate: 0.005 }, loss: { type, labelSmoothing: 0.1 } };
    await expectAgreement(varied, () => options);
  });

  it.each(['adagrad', 'adadelta', 'adamax'] as const)('give the same losses by tf.train.%s', async (name) => {
    await expectAgreement(varied, () => ({ optimization: { optimizer: tf.train[name](0.01) } }));
  });
});
