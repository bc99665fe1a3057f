import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkOneOf, checkOptions } from '../validate';
import type { CardDraft, ModelCard, WeightsDtype } from './card';
import { checkCardDraft } from './check-card';
import { completeCard } from './decode';
import { checkFit } from './fit';
import { quantize } from './quantize';

/**
 * A model as it is stored: `model.json`, `weights.bin` and `card.json`, all of which plain tfjs or any reader of JSON can read.
 *
 * @example
 * ```ts
 * const { modelJson, weights, card: written }: EncodedModel = await encodeModel(model, { card });
 * console.log(modelJson.format, weights.byteLength, written.weights.sha256);
 * ```
 */
export interface EncodedModel {
  /** Topology and weight manifest, as `tf.loadLayersModel` reads them. */
  modelJson: tf.io.ModelJSON;
  /** All weights one after another, in the order of the manifest. */
  weights: ArrayBuffer;
  /** The whole card, with the length and SHA-256 of the weights. */
  card: ModelCard;
}

/**
 * How a model is to be stored.
 *
 * @example
 * ```ts
 * const options: EncodeOptions = { card, dtype: 'float16' };
 * const encoded = await encodeModel(model, options);
 * ```
 */
export interface EncodeOptions {
  /** What its author says about it. */
  card: CardDraft;
  /**
   * How kernels are stored: `'float32'` (exact), `'float16'`, `'uint8'` (affine over the range of each tensor), or `'mixed'` (uint8 from 50,000
   * values on, else float16). Biases and batch norm are float32 always. Default `'float32'`.
   */
  dtype?: WeightsDtype;
}

/**
 * Turns a model and its card into what is stored, quantised if wanted. What comes out loads with `decodeModel` and, without its
 * card, with plain `tf.loadLayersModel`.
 *
 * @param model A model with one input `[n, h, w, 1]` and one output `[n, classes]`; borrowed.
 * @param options The card and how to store the weights.
 * @returns The three parts; no tensors.
 * @throws InputError if an option is unknown or out of range.
 * @throws WeightsError if the card is not valid or does not fit the model, or if a weight is not finite.
 * @example
 * ```ts
 * const card = { name: 'mine', architecture: 'shallow', labels: EMOTIONS, preprocessing: DEFAULT_PREPROCESSING };
 * const { modelJson, weights } = await encodeModel(model, { card, dtype: 'mixed' });
 * ```
 */
export async function encodeModel(model: tfl.LayersModel, options: EncodeOptions): Promise<EncodedModel> {
  checkOptions('encodeModel', options, ['card', 'dtype']);
  const { card, dtype = 'float32' } = options;
  checkOneOf('encodeModel: dtype', dtype, ['float32', 'float16', 'uint8', 'mixed']);
  checkCardDraft(card, 'encodeModel: card');
  checkFit('encodeModel: card', model, card);
  const { modelTopology, weightSpecs, weightData, format, generatedBy } = await artifactsOf(model);
  const values = new Float32Array(tf.io.CompositeArrayBuffer.join(weightData));
  let offset = 0;
  const stored = weightSpecs!.map(({ name, shape }) => {
    const size = tf.util.sizeFromShape(shape);
    const { bytes, quantization } = quantize(name, values.subarray(offset, (offset += size)), shape.length, dtype);
    const spec = { name, shape, dtype: 'float32' as const, ...(quantization && { quantization }) };
    return { spec, bytes };
  });
  const specs = stored.map(({ spec }) => spec);
  const weights = await new Blob(stored.map(({ bytes }) => bytes)).arrayBuffer();
  const versions = { '@tensorflow/tfjs-core': tf.version_core, '@tensorflow/tfjs-layers': tfl.version_layers };
  return {
    modelJson: {
      modelTopology: modelTopology!,
      format: format!,
      generatedBy: generatedBy!,
      convertedBy: null,
      weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    },
    weights,
    card: await completeCard({ ...card, versions: { ...versions, ...card.versions } }, specs, weights),
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
