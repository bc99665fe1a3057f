import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { withGradient } from '../../src/tfjs/custom-grad';
import {
  allLayers,
  internals,
  isModel,
  normalizesLastAxis,
  onlyConsumer,
  replaceCall,
  topologyOf,
} from '../../src/tfjs/layers';
import { disposeOptimizer, getLearningRate, powersOf, setLearningRate } from '../../src/tfjs/optimizers';
import { freeTape } from '../../src/tfjs/tape';
import { layerOf, modelOf, withWeightLimit } from '../../src/tfjs/topology';
import { expectNoLeaks, useBackend } from '../support/backends';

beforeAll(() => useBackend('cpu'));

/** A model of each kind of layer whose members are used, with a nested model. */
function model(): tfl.LayersModel {
  const nested = tfl.sequential({ layers: [tfl.layers.dense({ units: 3, inputShape: [4], activation: 'softmax' })] });
  return tfl.sequential({
    layers: [
      tfl.layers.conv2d({ filters: 2, kernelSize: 3, strides: [2, 1], padding: 'same', inputShape: [6, 6, 1] }),
      tfl.layers.batchNormalization({ momentum: 0.9, epsilon: 0.01 }),
      tfl.layers.activation({ activation: 'relu' }),
      tfl.layers.maxPooling2d({ poolSize: [3, 2] }),
      tfl.layers.dropout({ rate: 0.25 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 4, useBias: false }),
      nested,
    ],
  });
}

/** Frees a model with all that is nested in it; `dispose` leaves the weights of nested models. */
const free = ({ weights }: tfl.LayersModel) => tf.dispose(weights.map((weight) => weight.read()));

describe('what is relied on in tfjs', () => {
  expectNoLeaks();

  it('layers have the members that are read', () => {
    const whole = model();
    const [convolution, norm, relu, pool, dropout, , dense] = whole.layers.map(internals);
    const { strides, padding, dilationRate, dataFormat, kernel, bias, activation } = convolution!;
    expect({ strides, padding, dilationRate, dataFormat }).toEqual({
      strides: [2, 1],
      padding: 'same',
      dilationRate: [1, 1],
      dataFormat: 'channelsLast',
    });
    expect([kernel.read().shape, bias!.read().shape, activation.getClassName()]).toEqual([[3, 3, 1, 2], [2], 'linear']);
    expect([norm!.momentum, norm!.epsilon, norm!.axis]).toEqual([0.9, 0.01, -1]);
    for (const weight of [norm!.gamma, norm!.beta, norm!.movingMean, norm!.movingVariance]) {
      expect(weight!.read().shape).toEqual([2]);
    }
    expect(relu!.activation.getClassName()).toBe('relu');
    expect([pool!.poolSize, pool!.strides, pool!.padding]).toEqual([[3, 2], [3, 2], 'valid']);
    expect([dropout!.rate, dense!.bias ?? null]).toEqual([0.25, null]);
    expect(normalizesLastAxis(norm!)).toBe(true);
    free(whole);
  });

  it('layers know what uses them, and what is nested in them', () => {
    const whole = model();
    const [first, second] = whole.layers;
    expect(onlyConsumer(whole, first!)).toBe(second);
    expect(onlyConsumer(whole, whole.layers.at(-1)!)).toBeUndefined();
    expect(whole.layers.filter(isModel)).toEqual([whole.layers.at(-1)]);
    expect(allLayers(whole.layers)).toHaveLength(whole.layers.length + 1);
    free(whole);
  });

  it("a layer's call can be replaced and restored", async () => {
    const whole = model();
    const [first] = whole.layers;
    const images = tf.ones<tf.Rank.R4>([1, 6, 6, 1]);
    const before = tf.tidy(() => (whole.predict(images) as tf.Tensor).dataSync());
    const restore = replaceCall(first!, (call) => (inputs, kwargs) => tf.zerosLike(call(inputs, kwargs)));
    const replaced = tf.tidy(() => (whole.predict(images) as tf.Tensor).dataSync());
    restore();
    expect(replaced).not.toEqual(before);
    expect(tf.tidy(() => (whole.predict(images) as tf.Tensor).dataSync())).toEqual(before);
    expect(Object.hasOwn(first!, 'call')).toBe(false);
    images.dispose();
    free(whole);
  });

  it('a custom gradient gets its inputs, and what was saved', () => {
    const [dx, dy] = tf.tidy(() => {
      const product = (x: tf.Tensor, y: tf.Tensor) =>
        withGradient<[tf.Tensor, tf.Tensor]>(
          ([x, y], save) => {
            save([x, y]);
            const gradFunc = (dz: tf.Tensor, [x, y]: tf.Tensor[]) => [tf.mul(dz, y!), tf.mul(dz, x!)];
            return { value: tf.mul(x, y), gradFunc };
          },
          [x, y],
        );
      return tf
        .grads(product)([tf.scalar(3), tf.scalar(5)])
        .map((gradient) => gradient.dataSync()[0]);
    });
    expect([dx, dy]).toEqual([5, 3]);
  });

  it('a gradient that failed leaves its tape, with what it saved', () => {
    const x = tf.scalar(2);
    const before = tf.memory().numTensors;
    const fails = (x: tf.Tensor): tf.Scalar => {
      tf.square(x);
      throw new Error('no luck');
    };
    expect(() => tf.tidy(() => tf.grad(fails)(x))).toThrow('no luck');
    freeTape();
    expect(tf.memory().numTensors).toBe(before);
    x.dispose();
  });

  it('a topology gives the same layers again, and a limit of weights ends the building', async () => {
    const whole = model();
    const [topology, count] = [topologyOf(whole), whole.countParams()];
    const copy = await withWeightLimit(
      count,
      () => new Error('too many'),
      () => modelOf(topology),
    );
    expect(topologyOf(copy)).toEqual(topology);
    expect(
      copy
        .getWeights()
        .flatMap((weight) => [...weight.dataSync()])
        .every((value) => value === 0),
    ).toBe(true);
    free(copy);
    free(whole);
    const { registeredVariables } = tf.engine();
    const before = new Set(Object.values(registeredVariables));
    await expect(
      withWeightLimit(
        count - 1,
        () => new Error('too many'),
        () => modelOf(topology),
      ),
    ).rejects.toThrow('too many');
    tf.dispose(Object.values(registeredVariables).filter((variable) => !before.has(variable)));
  });

  it('a layer is made by its class and settings', () => {
    const layer = layerOf('Dense', { units: 3, useBias: false, name: 'made' });
    expect([layer.getClassName(), layer.name, layer.getConfig()['units']]).toEqual(['Dense', 'made', 3]);
  });

  it.each(['sgd', 'momentum', 'adam', 'rmsprop', 'adagrad'] as const)(
    '%s has a learning rate, and is freed whole',
    (name) => {
      const before = tf.memory().numTensors;
      const optimizer = name === 'momentum' ? tf.train.momentum(0.1, 0.9) : tf.train[name](0.1);
      const x = tf.tidy(() => tf.variable(tf.scalar(1)));
      const step = () => void optimizer.minimize(() => tf.square(x));
      setLearningRate(optimizer, 0);
      expect(getLearningRate(optimizer)).toBe(0);
      step();
      expect(x.dataSync()[0]).toBe(1);
      setLearningRate(optimizer, 0.25);
      step();
      expect(x.dataSync()[0]).toBeLessThan(1);
      expect(powersOf(optimizer)).toHaveLength(name === 'adam' ? 2 : 0);
      disposeOptimizer(optimizer);
      x.dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
