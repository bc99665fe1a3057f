import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

import { weightsError } from '../errors';
import { checkText } from '../validate';
import { ensureBackend } from '../backend/backend';
import { buildModel } from './build';
import type { CardDraft, ModelCard } from './card';
import { checkCard, checkCardDraft } from './check-card';
import { checkFit, checkWeightsFit, specsOf, storedBytes } from './fit';
import { isObject } from './schema';
import { sha256 } from './sha256';

/**
 * The parts of a stored model, as read and not yet looked at.
 *
 * @example
 * ```ts
 * const stored: StoredModel = await readBundled('shallow');
 * const { model } = await decodeModel(stored);
 * ```
 */
export interface StoredModel {
  /** The parsed `model.json`. */
  modelJson: tf.io.ModelJSON;
  /** All weight data in the order of the manifest; borrowed. */
  weights: ArrayBuffer;
  /** The parsed `card.json`, or at least what an author writes on one. */
  card: CardDraft | ModelCard;
}

/**
 * A model that can be used, and what is known about it.
 *
 * @example
 * ```ts
 * const { model, card }: LoadedModel = await loadWeights('shallow');
 * console.log(card.metrics, model.countParams());
 * ```
 */
export interface LoadedModel {
  /** The model; the caller's, who disposes of it. */
  model: tfl.LayersModel;
  /** Its card. */
  card: ModelCard;
}

/** Key under which a loaded model carries its card as user-defined metadata, so that `model.save` hands it on. */
export const CARD_KEY = 'ferCnnCard';

/**
 * Builds a model from its stored parts. Card, lengths and SHA-256 are checked before the first tensor is made, names and shapes
 * before the first weight is set.
 *
 * @param stored The parts.
 * @param where Where they come from, for messages. Default `decodeModel`.
 * @returns The model and its whole card.
 * @throws {@link WeightsError} that names file and tensor or key, if a part is damaged or the parts do not belong together. Nothing is left over.
 * @throws {@link BackendError} if there is no backend.
 * @example
 * ```ts
 * const stored = await decodeModel(await encodeModel(model, { card, dtype: 'mixed' }));
 * ```
 */
export async function decodeModel(stored: StoredModel, where = 'decodeModel'): Promise<LoadedModel> {
  checkText('decodeModel: where', where);
  const { modelJson, weights, card } = { ...stored }; // null becomes {}
  const file = `${where}: model.json`;
  const specs = specsOf(file, modelJson);
  checkLength(`${where}: weights.bin`, storedBytes(file, specs), weights?.byteLength);
  const draft = await checkParts(where, weights, card);
  await ensureBackend(where);
  const model = await buildModel(file, modelJson.modelTopology, countValues(specs));
  try {
    checkWeightsFit(file, model, specs);
    checkFit(`${where}: card.json`, model, card);
    if ('parameters' in card) checkSame(`${where}: card.json: parameters`, model.countParams(), card.parameters);
    tf.tidy(() => model.loadWeights(tf.io.decodeWeights(weights, [...specs])));
    model.setUserDefinedMetadata({ [CARD_KEY]: draft });
    return { model, card: 'weights' in card ? structuredClone(card) : await completeCard(draft, specs, weights) };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Checks card and hash; gives what the author wrote. */
export async function checkParts(where: string, weights: ArrayBuffer, card: CardDraft | ModelCard): Promise<CardDraft> {
  const file = `${where}: card.json`;
  if (!isObject(card) || !('weights' in card)) {
    checkCardDraft(card, file);
    return card;
  }
  checkCard(card, file);
  checkLength(`${where}: weights.bin`, card.weights.bytes, weights.byteLength);
  checkSame(`${where}: weights.bin: SHA-256`, card.weights.sha256, await sha256(new Uint8Array(weights)));
  const { formatVersion: _version, parameters: _parameters, weights: _weights, ...draft } = card;
  return draft;
}

/**
 * Adds to what an author wrote on a card what follows from the stored weights.
 *
 * @param draft What the author wrote.
 * @param specs Specifications of all weights, as tfjs defines them.
 * @param weights The weight data; borrowed.
 * @returns The whole card.
 */
export async function completeCard(
  draft: CardDraft,
  specs: readonly tf.io.WeightsManifestEntry[],
  weights: ArrayBuffer,
): Promise<ModelCard> {
  const parameters = countValues(specs);
  const kernels = specs.filter(({ shape }) => shape.length > 1);
  const kinds = new Set(kernels.map(({ quantization }) => quantization?.dtype ?? 'float32'));
  const [kind = 'float32'] = kinds;
  const dtype = kinds.size > 1 || kind === 'uint16' ? 'mixed' : kind;
  const { byteLength: bytes } = weights;
  const hash = await sha256(new Uint8Array(weights));
  return { formatVersion: 1, ...draft, parameters, weights: { dtype, bytes, sha256: hash } };
}

function countValues(specs: readonly tf.io.WeightsManifestEntry[]): number {
  return specs.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape), 0);
}

function checkLength(where: string, expected: number, received: number | undefined): void {
  if (expected === received) return;
  throw weightsError(
    where,
    `${expected} bytes`,
    `${received}`,
    'The file is cut off or belongs to another model: fetch or save it again.',
  );
}

function checkSame(where: string, expected: number | string, received: number | string): void {
  if (expected === received) return;
  const remedy = 'The files do not belong together or are damaged: fetch or save them again.';
  throw weightsError(where, `${expected}`, `${received}`, remedy);
}
