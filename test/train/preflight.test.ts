import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterEach, expect, it } from 'vitest';
import { BackendError } from '../../src/errors';
import { checkCanTrain } from '../../src/train/preflight';
import { train } from '../../src/train/train';
import { BACKENDS, describeOn, expectNoLeaks, useBackend } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn, weightsOf } from '../support/tiny';

type Op = (x: tf.Tensor) => tf.Tensor;

/** A layer that no one knows beforehand. */
class Custom extends tfl.layers.Layer {
  static className = 'Custom';
  constructor(
    name: string,
    readonly op: Op,
  ) {
    super({ name });
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.op(Array.isArray(inputs) ? inputs[0]! : inputs));
  }
}

/** A network with a layer of one's own in front of and behind what is trained. */
function network({ first = tf.clone as Op, last = tf.clone as Op, dilationRate = 1 }): tfl.LayersModel {
  const conv = { kernelSize: 3, dilationRate };
  return tfl.sequential({
    layers: [
      tfl.layers.inputLayer({ inputShape: [16, 16, 1] }),
      new Custom('first', first),
      tfl.layers.conv2d({ filters: 2, ...conv }),
      tfl.layers.separableConv2d({ filters: 2, ...conv }),
      tfl.layers.globalAveragePooling2d({}),
      new Custom('last', last),
      tfl.layers.dense({ units: 7 }),
    ],
  });
}

/** An operation for which tfjs has no gradient. */
const largest: Op = (x) => tf.topk(x, 1).values;

describeOn(BACKENDS, 'checkCanTrain', (backend) => {
  expectNoLeaks();
  let restore = () => {};
  afterEach(() => restore());
  const without = (name: string) => {
    const config = tf.getKernel(name, backend);
    tf.unregisterKernel(name, backend);
    restore = () => {
      tf.registerKernel(config);
      restore = () => {};
    };
  };
  const failure = (model: tfl.LayersModel): BackendError => {
    try {
      checkCanTrain(model);
    } catch (error) {
      return error as BackendError;
    }
    throw new Error('the model passed');
  };

  it('names the layer, the kernel that it lacks and the backends that have it, before anything changes', async () => {
    await useBackend('cpu');
    await useBackend(backend);
    without('MaxPoolGrad');
    const model = tinyCnn();
    const before = weightsOf(model);
    const run = train(model, squares(7), { epochs: 1 });
    await expect(run).rejects.toThrow(BackendError);
    await expect(run).rejects.toThrow(
      `train: layer 'conv1_pool' (MaxPooling2D) on backend '${backend}': expected the kernel MaxPoolGrad, received a backend without it.`,
    );
    await expect(run).rejects.toThrow(backend === 'cpu' ? /Activate|Import/ : /with tf\.setBackend: 'cpu'/);
    expect(weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it('names the kernel that a layer of one’s own lacks', () => {
    without('Cumsum');
    const model = network({ last: (x) => tf.cumsum(x, 1) });
    const error = failure(model);
    expect(error).toBeInstanceOf(BackendError);
    expect(error.message).toMatch(/layer 'last' \(Custom\).*the kernel Cumsum/);
    expect((error.cause as Error).message).toMatch(/Cumsum/);
    model.dispose();
  });

  it('names a layer without a gradient', () => {
    const model = network({ last: largest });
    expect(failure(model).message).toMatch(
      /layer 'last' \(Custom\).*expected a layer with a gradient.*Leave the layer out/,
    );
    model.dispose();
  });

  it('lets a layer without a gradient stand before what is trained', () => {
    const model = network({ first: largest });
    expect(() => checkCanTrain(model)).not.toThrow();
    model.dispose();
  });

  it('names a dilated separable convolution, whose gradient tfjs does not have', () => {
    const model = network({ dilationRate: 2 });
    // TensorFlow's own build for some processors has no dilated kernel at all, and says so in other words.
    expect(failure(model).message).toMatch(
      /SeparableConv2D.*(dilation rates greater than 1 are not yet supported|does not support dilations)/s,
    );
    model.dispose();
  });

  it('looks into models within a model', () => {
    const inner = network({ last: largest });
    const model = tfl.sequential({
      layers: [tfl.layers.conv2d({ inputShape: [16, 16, 1], filters: 1, kernelSize: 1 }), inner],
    });
    expect(failure(model).message).toMatch(/layer 'last'/);
    model.dispose();
    inner.dispose();
  });

  it('leaves no tensor behind and what a layer counts in training as it was', () => {
    const wrapped = tfl.layers.timeDistributed({ layer: tfl.layers.batchNormalization({}), inputShape: [16, 16, 1] });
    const model = tfl.sequential({ layers: [wrapped, tfl.layers.flatten(), tfl.layers.dense({ units: 7 })] });
    const before = [weightsOf(model), tf.memory().numTensors];
    checkCanTrain(model);
    expect([weightsOf(model), tf.memory().numTensors]).toEqual(before);
    model.dispose();
  });
});
