import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { listNames } from '../class-names';
import { inputError } from '../errors';
import { allLayers, isModel } from '../tfjs/layers';
import { describe } from '../validate';

type Layer = tfl.layers.Layer;

/** The layers of a model that hold weights of their own or none, without the models that are nested in it. */
const singleLayers = (model: tfl.LayersModel): Layer[] => allLayers(model.layers).filter((layer) => !isModel(layer));

/**
 * Freezes the first layers of a model for a run: they get no gradient and no weight decay, and run as in prediction.
 *
 * @param model The model; changed until it is undone.
 * @param freeze `'none'`; `'backbone'`: all but the last layer with weights; or the name of the last frozen layer.
 * @returns A function that restores the layers.
 * @throws InputError if there is no such layer, or nothing would be left to train.
 */
export function freezeLayers(model: tfl.LayersModel, freeze: string): () => void {
  if (freeze === 'none') return () => undefined;
  const layers = singleLayers(model);
  const withWeights = layers.filter((layer) => layer.weights.length > 0);
  const last = freeze === 'backbone' ? withWeights.at(-2) : layers.find(({ name }) => name === freeze);
  if (freeze !== 'backbone' && !last) {
    const names = layers.map(({ name }) => describe(name)).join(', ');
    throw inputError(
      'train: freeze',
      `'backbone', 'none' or a layer of the model`,
      describe(freeze),
      `Its layers are ${names}.`,
    );
  }
  const frozen = layers.slice(0, last ? layers.indexOf(last) + 1 : 0);
  if (withWeights.every((layer) => frozen.includes(layer) || layer.trainableWeights.length === 0)) {
    const possible = listNames(withWeights.slice(-1).map(({ name }) => name));
    throw inputError('train: freeze', `a layer before the last one with weights, ${possible}`, describe(freeze));
  }
  const before = frozen.map((layer) => layer.trainable);
  for (const layer of frozen) layer.trainable = false;
  return () => frozen.forEach((layer, i) => (layer.trainable = before[i]!));
}

/** The variables of layers that are not trainable, which training does not change. */
export const frozenVariables = (model: tfl.LayersModel): Set<tf.Variable> =>
  new Set(singleLayers(model).flatMap((layer) => (layer.trainable ? [] : variablesOf(layer.weights))));

/** The variables that training changes without a gradient, in the order of the layers: the statistics of batch norm. */
export const statisticsOf = (model: tfl.LayersModel): tf.Variable[] =>
  singleLayers(model).flatMap((layer) => (layer.trainable ? variablesOf(layer.nonTrainableWeights) : []));

const variablesOf = (weights: Layer['weights']) => weights.map((weight) => weight.read() as tf.Variable);
