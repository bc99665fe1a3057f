import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Classifier } from '../classify/classifier';
import { inputError, within } from '../errors';
import { denseHeadOf } from '../models/head';
import { buildWithin } from '../storage/build';
import { type Topology, topologyOf } from '../tfjs/layers';
import { modelOf } from '../tfjs/topology';
import type { BaseHead, FittedHead } from './fit';
import { typicalVector } from './typical';

/** The dense layer of a classifier, with its temperature, as a head on vectors. */
export async function readHead(where: string, { model, card }: Classifier): Promise<BaseHead> {
  const { dense, size } = within(`${where}: model`, () => denseHeadOf(model));
  const temperature = card.calibration?.temperature ?? 1;
  const [kernel, bias] = await Promise.all(dense.getWeights().map((weight) => weight.data())); // [size, classes], [classes]
  const classes = card.classNames.length;
  const weights = Float64Array.from({ length: classes * size }, (_, at) => {
    const [k, i] = [Math.floor(at / size), at % size];
    return kernel![i * classes + k]! / temperature;
  });
  const biases = Float64Array.from({ length: classes }, (_, k) => (bias?.[k] ?? 0) / temperature);
  const typical = await within(where, () => typicalVector(model, dense));
  return { head: { weights, bias: biases }, classNames: card.classNames, typical };
}

/**
 * Builds a model of its own from a base and a new head: the same layers and weights, but for the dense layer at the end, which becomes
 * a softmax over the new classes.
 *
 * @param where The function that was called, for messages.
 * @param base The base model; borrowed, unchanged.
 * @param fitted The head.
 * @returns The model; the caller's. It shares the weight data with the base, but not the variables.
 */
export async function buildWithHead(
  where: string,
  base: tfl.LayersModel,
  { head, classNames }: FittedHead,
): Promise<tfl.LayersModel> {
  const { dense, activations, parents, size } = within(`${where}: model`, () => denseHeadOf(base));
  const topology = topologyOf(base);
  const layers = parents.reduce((found, { name }) => layerNamed(where, found, name), topology);
  const own = layerNamed(where, layers, dense.name).config;
  Object.assign(own, {
    units: classNames.length,
    use_bias: true,
    activation: activations.length > 0 ? 'linear' : 'softmax',
  });
  activations.forEach(({ name }, i) => {
    const layer = layerNamed(where, layers, name);
    if (layer.class_name === 'Activation') layer.config['activation'] = i === 0 ? 'softmax' : 'linear';
  });
  const model = await within(where, () => buildWithin(Infinity, () => modelOf(topology)));
  const copy = denseHeadOf(model).dense;
  const values = new Map(base.weights.map((weight) => [weight.originalName, weight]));
  const ofHead = new Set(copy.weights);
  try {
    tf.tidy(() => {
      for (const weight of model.weights)
        if (!ofHead.has(weight)) weight.write(values.get(weight.originalName)!.read());
      const kernel = tf.transpose(tf.tensor2d(Float32Array.from(head.weights), [classNames.length, size]));
      copy.setWeights([kernel, tf.tensor1d(Float32Array.from(head.bias))]);
    });
    return model;
  } catch (error) {
    model.dispose(); // the base was disposed of meanwhile
    throw error;
  }
}

function layerNamed(where: string, { config }: Topology, name: string): Topology {
  const layer = config.layers?.find((each) => each.config.name === name);
  if (layer) return layer;
  throw inputError(`${where}: model`, 'a model whose layers have names', `no layer '${name}'`);
}
