import { within } from '../errors';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { withFacts } from '../models/known-facts';
import type { CardDraft, ModelCard, WeightsDtype } from './card';
import { describeWeights } from './decode';
import { quantize } from './quantize';
import { resolveCard } from './resolve-card';

/** A model as it is stored: `model.json`, `weights.bin` and `card.json`, all of which plain tfjs or any reader of JSON can read. */
export interface EncodedModel {
  /** Topology and weight manifest, as `tf.loadLayersModel` reads them; the card's facts are its metadata. */
  modelJson: tf.io.ModelJSON;
  /** All weights one after another, in the order of the manifest. */
  weights: ArrayBuffer;
  /** The whole card, with the length and SHA-256 of the weights. */
  card: ModelCard;
}

/**
 * Turns a model and its card into what is stored, quantized if wanted.
 *
 * @param model The model; borrowed.
 * @param options The card, its name where nobody says one, and how to store the weights.
 * @returns The three parts; no tensors.
 * @throws {@link InputError} if class names or preprocessing are not known; {@link WeightsError} if another part of the card is not valid
 *   or a weight is not finite.
 */
export async function encodeModel(
  model: tfl.LayersModel,
  options: { card?: CardDraft | ModelCard | undefined; dtype: WeightsDtype; name?: string | undefined },
): Promise<EncodedModel> {
  const draft = within(': card', () => resolveCard(model, options.card, options.name));
  const { modelTopology, weightSpecs, weightData, format, generatedBy, userDefinedMetadata } = await artifactsOf(model);
  const values = new Float32Array(tf.io.CompositeArrayBuffer.join(weightData));
  let offset = 0;
  const stored = weightSpecs!.map(({ name, shape }) => {
    const size = tf.util.sizeFromShape(shape);
    const slice = values.subarray(offset, (offset += size));
    const { bytes, quantization } = quantize(name, slice, shape.length, options.dtype);
    return { spec: { name, shape, dtype: 'float32' as const, ...(quantization && { quantization }) }, bytes };
  });
  const specs = stored.map(({ spec }) => spec);
  const weights = await new Blob(stored.map(({ bytes }) => bytes)).arrayBuffer();
  const versions = { '@tensorflow/tfjs-core': tf.version_core, '@tensorflow/tfjs-layers': tfl.version_layers };
  const card = {
    ...draft,
    versions: { ...versions, ...draft.versions },
    weights: await describeWeights(specs, weights),
  };
  const { classNames, preprocessing, outputs } = draft;
  return {
    modelJson: {
      modelTopology: modelTopology!,
      format: format!,
      generatedBy: generatedBy!,
      convertedBy: null,
      userDefinedMetadata: withFacts(userDefinedMetadata, { classNames, preprocessing, ...(outputs && { outputs }) }),
      weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    },
    weights,
    card,
  };
}

async function artifactsOf(model: tfl.LayersModel): Promise<tf.io.ModelArtifacts> {
  let artifacts: tf.io.ModelArtifacts = {};
  const handler = tf.io.withSaveHandler(async (saved) => {
    artifacts = saved;
    return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(saved) };
  });
  await model.save(handler);
  return artifacts;
}
