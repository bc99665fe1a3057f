import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { ensureBackend } from '../backend/backend';
import { addFacts, type ModelFacts } from '../models/known-facts';
import { bytesOfBase64 } from '../base64';
import type { WeightsModule } from './bundled';
import type { ModelCard } from './card';

/**
 * A model that can be used, and what is known about it.
 */
export interface LoadedModel {
  /** The model; the caller's, who disposes of it. */
  model: tfl.LayersModel;
  /** Its card. */
  card: ModelCard;
}

/**
 * Builds a model from weights that come with this package, which were checked when it was built.
 *
 * @param module The default export of `fer-cnn/weights/<name>`; borrowed.
 */
export async function decodeBundled({ modelJson, weightsBase64, card }: WeightsModule): Promise<LoadedModel> {
  await ensureBackend(`weights '${card.name}'`);
  const { modelTopology, weightsManifest } = modelJson;
  const weightSpecs = weightsManifest.flatMap(({ weights }) => weights);
  const artifacts = { modelTopology, weightSpecs, weightData: bytesOfBase64(weightsBase64) };
  return known(await tfl.loadLayersModel(tf.io.fromMemory(artifacts)), card);
}

/** A model that carries its card, so that `model.save` of tfjs hands it on. */
export function known(model: tfl.LayersModel, card: ModelCard): LoadedModel {
  return { model: addFacts(model, factsOfCard(card)), card: { ...card } };
}

/** What a card says of the model itself, which the model carries; the rest follows from the model and its stored weights. */
export function factsOfCard(card: ModelCard): ModelFacts {
  const { formatVersion: _version, parameters: _parameters, weights: _weights, ...facts } = card;
  return facts;
}
