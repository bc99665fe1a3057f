import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { FusedNetwork } from '../../src/classify/fusion';
import { createCompactCnn } from '../../src/models/compact';
import { createDeepCnn } from '../../src/models/deep';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { tinyCnn } from '../support/tiny';

/** Gives every weight a value of its own, with variances above 0, as after training. */
function scramble(model: tfl.LayersModel, seed: number): void {
  tf.tidy(() => {
    const values = model.weights.map(({ shape, name }, i) => {
      const spread = tf.randomNormal(shape as number[], 0, 0.3, 'float32', seed + i + 1);
      if (name.includes('variance')) return tf.add(tf.abs(spread), 0.2);
      return name.includes('gamma') ? tf.add(spread, 1) : spread;
    });
    model.setWeights(values);
  });
}

function branched(): tfl.LayersModel {
  const input = tfl.input({ shape: [8, 8, 1] });
  const conv = (filters: number, useBias: boolean) =>
    tfl.layers.conv2d({ filters, kernelSize: 3, padding: 'same', useBias });
  const left = conv(3, false).apply(input) as tfl.SymbolicTensor; // read twice: must not be folded
  const normed = tfl.layers.batchNormalization({}).apply(left) as tfl.SymbolicTensor;
  const sum = tfl.layers.add().apply([left, normed]) as tfl.SymbolicTensor;
  const relu = tfl.layers.activation({ activation: 'relu' }).apply(sum) as tfl.SymbolicTensor;
  const strided = tfl.layers
    .conv2d({ filters: 4, kernelSize: 3, strides: 2, dilationRate: 1 })
    .apply(relu) as tfl.SymbolicTensor;
  const scaled = tfl.layers.batchNormalization({ center: false }).apply(strided) as tfl.SymbolicTensor;
  const pooled = tfl.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }).apply(scaled) as tfl.SymbolicTensor;
  return tfl.model({
    inputs: input,
    outputs: tfl.layers.dense({ units: 7, activation: 'softmax' }).apply(pooled) as tfl.SymbolicTensor,
  });
}

/** Rows of an image as a series, of which those that are all zeros do not count. */
function masked(): tfl.LayersModel {
  const layers = [
    tfl.layers.reshape({ targetShape: [8, 8], inputShape: [8, 8, 1] }),
    tfl.layers.masking({ maskValue: 0 }),
    tfl.layers.simpleRNN({ units: 4, recurrentInitializer: 'glorotNormal' }),
    tfl.layers.dense({ units: 7, activation: 'softmax' }),
  ];
  return tfl.sequential({ layers });
}

const REPEATED = { filters: [8, 16, 16, 24], repeats: [1, 2, 3, 3], dropout: 0.1 };

const MODELS: [string, () => tfl.LayersModel, number][] = [
  ['shallow', () => tinyCnn(), 16],
  ['deep', () => createDeepCnn({ conv: { filters: [4, 4, 6, 6] }, dense: { units: [8, 8] }, inputSize: [16, 16] }), 16],
  ['compact', () => createCompactCnn({ conv: REPEATED, inputSize: [24, 24] }), 24],
  ['branched', branched, 8],
  ['masked', masked, 8],
  ['wide', () => createDeepCnn({ conv: { filters: [8, 16, 16, 24], kernelSizes: 3 }, inputSize: [16, 16] }), 16],
];

describeOn(BACKENDS, 'a fused model', (backend) => {
  expectNoLeaks();

  it.each(MODELS)('predicts as the %s one does, within 1e-5, and leaves it as it is', (_name, create, side) => {
    const model = create();
    scramble(model, 1);
    const images = tf.tidy(() => {
      const pictures = tf.randomNormal<tf.Rank.R4>([3, side, side, 1], 0, 1, 'float32', 7);
      return tf.pad(tf.slice(pictures, 0, [3, side - 2]), [[0, 0], [0, 2], [0, 0], [0, 0]]); // prettier-ignore
    });
    const many = tf.tile(images, [4, 1, 1, 1]);
    const run = (predict: () => tf.Tensor) => tf.tidy(() => Array.from(predict().dataSync()));
    const plain = run(() => model.predict(images) as tf.Tensor);
    const fused = new FusedNetwork(model);
    expect(run(() => fused.predict(images))).toBeAllClose(plain, { atol: 1e-5, rtol: 0 });
    expect(run(() => tf.slice(fused.predict(many), 9))).toBeAllClose(plain, { atol: 1e-5, rtol: 0 });
    expect(run(() => model.predict(images) as tf.Tensor)).toEqual(plain);
    fused.dispose();
    fused.dispose();
    tf.dispose([images, many]);
    model.dispose();
  });

  it('uses changed weights', () => {
    const model = tinyCnn();
    const images = tf.randomNormal([1, 16, 16, 1], 0, 1, 'float32', 7) as tf.Tensor4D;
    const fused = new FusedNetwork(model);
    const run = (predict: () => tf.Tensor) => tf.tidy(() => Array.from(predict().dataSync()));
    const before = run(() => fused.predict(images));
    scramble(model, 2);
    const after = run(() => fused.predict(images));
    expect(after).not.toEqual(before);
    expect(after).toBeAllClose(
      run(() => model.predict(images) as tf.Tensor),
      { atol: 1e-5 },
    );
    fused.dispose();
    images.dispose();
    model.dispose();
  });

  it('runs fewer kernels than the original model', async () => {
    const model = tinyCnn();
    const images = tf.ones([1, 16, 16, 1]) as tf.Tensor4D;
    const fused = new FusedNetwork(model);
    fused.predict(images).dispose();
    const kernels = async (predict: () => tf.Tensor) =>
      (await tf.profile(() => tf.tidy(() => void predict()))).kernelNames;
    expect(await kernels(() => model.predict(images) as tf.Tensor)).toContain('FusedBatchNorm');
    expect(await kernels(() => fused.predict(images))).not.toContain('FusedBatchNorm');
    expect(await kernels(() => model.predict(images) as tf.Tensor)).toContain('Slice');
    expect(await kernels(() => fused.predict(images))).not.toContain('Slice');
    // The native backend runs a fused operation as its parts.
    if (backend !== 'tensorflow') expect(await kernels(() => fused.predict(images))).not.toContain('Relu');
    fused.dispose();
    images.dispose();
    model.dispose();
  });
});
