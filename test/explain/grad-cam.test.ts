import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { gradCam, lastConvolution } from '../../src/explain/grad-cam';
import { createDeepCnn } from '../../src/models/deep';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { NARROW } from '../support/tiny';

/** A model that can be followed by hand: x and -x, ReLU, and then the given layers. */
function byHand(...rest: tfl.layers.Layer[]): tfl.LayersModel {
  const conv = tfl.layers.conv2d({
    inputShape: [2, 2, 1],
    filters: 2,
    kernelSize: 1,
    activation: 'relu',
    useBias: false,
  });
  const model = tfl.sequential({
    layers: [conv, ...rest, tfl.layers.dense({ units: 2, useBias: false, activation: 'softmax' })],
  });
  const kernel = tf.tensor4d([1, -1], [1, 1, 1, 2]);
  conv.setWeights([kernel]);
  kernel.dispose();
  return model;
}

function setHead(model: tfl.LayersModel, kernel: tf.Tensor2D): void {
  model.layers.at(-1)!.setWeights([kernel]);
  kernel.dispose();
}

const picture = () => tf.tensor4d([1, 2, -3, 4], [1, 2, 2, 1]); // activations [1, 0], [2, 0], [0, 3], [4, 0]

describeOn(BACKENDS, 'gradCam', () => {
  expectNoLeaks();

  it('frees the outputs of a convolution that is used twice', () => {
    const input = tfl.input({ shape: [2, 2, 1] });
    const shared = tfl.layers.conv2d({ filters: 1, kernelSize: 1 });
    const twice = shared.apply(shared.apply(input)) as tfl.SymbolicTensor;
    const head = tfl.layers.dense({ units: 2 }).apply(tfl.layers.flatten().apply(twice));
    const model = tfl.model({ inputs: input, outputs: head as tfl.SymbolicTensor });
    const x = picture();
    gradCam(model, shared, x, 0, 'channel').dispose();
    x.dispose();
    model.dispose();
    shared.dispose(); // tfjs counts a layer as often as it is applied
  });

  it('is the class activation map after global average pooling, with both weightings', async () => {
    const model = byHand(tfl.layers.globalAveragePooling2d({}));
    setHead(model, tf.tensor2d([1, -1, 2, -5], [2, 2])); // class 0: the first channel counts 1, the second 2
    const input = picture();
    for (const weighting of ['channel', 'position'] as const) {
      const map = gradCam(model, lastConvolution(model)!, input, 0, weighting);
      expect(map.shape).toEqual([2, 2]);
      expect(await map.data()).toBeAllClose([1, 2, 6, 4].map((value) => value / 4)); // the mean of 4 positions
      const none = gradCam(model, lastConvolution(model)!, input, 1, weighting);
      expect(await none.data()).toBeAllClose([0, 0, 0, 0]); // everything speaks against class 1
      tf.dispose([map, none]);
    }
    input.dispose();
    model.dispose();
  });

  it('weights each position by its own gradient, or each channel by the mean gradient', async () => {
    const model = byHand(tfl.layers.flatten());
    // Class 0, by position and channel: only the first channel of positions 0 and 3 counts.
    setHead(model, tf.tensor2d([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0], [8, 2]));
    const input = picture();
    const own = gradCam(model, lastConvolution(model)!, input, 0, 'position');
    expect(await own.data()).toBeAllClose([2, 0, 0, 24]);
    const mean = gradCam(model, lastConvolution(model)!, input, 0, 'channel');
    expect(await mean.data()).toBeAllClose([2, 4, 0, 8]); // the mean gradient of the first channel is 2
    tf.dispose([own, mean, input]);
    model.dispose();
  });

  it('uses the last convolution after its batch norm and ReLU', () => {
    const model = createDeepCnn(NARROW.deep);
    expect(lastConvolution(model)!.name).toBe('conv4_relu');
    model.dispose();
  });

  it('restores the layer and frees all tensors if the model fails', () => {
    const model = byHand(tfl.layers.globalAveragePooling2d({}));
    const layer = lastConvolution(model)!;
    const head = model.layers.at(-1)! as unknown as { call: unknown };
    head.call = () => {
      throw new Error('broken');
    };
    const input = picture();
    const before = tf.memory().numTensors;
    expect(() => gradCam(model, layer, input, 0, 'position')).toThrow('broken');
    expect(tf.memory().numTensors).toBe(before);
    expect(Object.hasOwn(layer, 'call')).toBe(false);
    input.dispose();
    model.dispose();
  });
});
