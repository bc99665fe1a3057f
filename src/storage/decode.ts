import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { ensureBackend } from '../backend/backend';
import { InputError, WeightsError, weightsError, within } from '../errors';
import { isObject } from '../validate';
import { addFacts, factsIn } from '../models/known-facts';
import { buildModel } from './build';
import type { CardDraft, ModelCard } from './card';
import { card as checkCard } from './card-schema';
import { checkWeightsFit, specsOf, storedBytes } from './fit';
import { known, type LoadedModel } from './decode-bundled';
import { resolveCard } from './resolve-card';
import { sha256 } from './sha256';

/** The parts of a stored model, as read and not yet looked at. */
export interface StoredModel {
  /** The parsed `model.json`. */
  modelJson: tf.io.ModelJSON;
  /** All weight data in the order of the manifest; borrowed. */
  weights: ArrayBuffer;
  /** The parsed `card.json`, or what the caller says. Default: what the metadata of `model.json` tell. */
  card?: CardDraft | ModelCard | undefined;
}

/**
 * Builds a model from stored parts that may come from anywhere. Card, lengths and SHA-256 are checked before the first tensor is made,
 * names and shapes before the first weight is set.
 *
 * @returns The model and its whole card.
 * @throws {@link WeightsError} that names file and tensor or key, if a part is damaged or the parts do not belong together. Nothing is
 *   left over. {@link InputError} if class names or preprocessing are not known.
 * @throws {@link BackendError} if there is no backend.
 */
export async function decodeModel({ modelJson, weights, card }: StoredModel): Promise<LoadedModel> {
  const file = ': model.json';
  const specs = specsOf(file, modelJson);
  within(': weights', () =>
    checkLength(
      within(file, () => storedBytes(specs)),
      weights?.byteLength,
    ),
  );
  if (isWhole(card)) await checkParts(weights, card);
  await ensureBackend('');
  const model = await buildModel(file, modelJson.modelTopology, countValues(specs));
  try {
    within(file, () => checkWeightsFit(model, specs));
    addFacts(model, factsIn(modelJson.userDefinedMetadata));
    const resolved = within(`: ${isWhole(card) ? 'card.json' : 'card'}`, () => fitCard(model, card));
    tf.tidy(() => model.loadWeights(tf.io.decodeWeights(weights, [...specs])));
    return known(model, {
      ...resolved,
      weights: isWhole(card) ? card.weights! : await describeWeights(specs, weights),
    });
  } catch (error) {
    model.dispose();
    throw error;
  }
}

const isWhole = (card: unknown): card is ModelCard => isObject(card) && 'formatVersion' in card;

/** The card of a stored model. One that was stored and does not fit is a damaged file, and no wrong argument. */
function fitCard(model: tfl.LayersModel, card: CardDraft | ModelCard | undefined) {
  try {
    const resolved = resolveCard(model, card);
    if (isWhole(card)) within(': parameters', () => checkSame(resolved.parameters, card.parameters));
    return resolved;
  } catch (error) {
    if (!isWhole(card) || !(error instanceof InputError)) throw error;
    throw new WeightsError({
      where: '',
      expected: `the card of a model with outputs ${JSON.stringify(model.outputs[0]?.shape)}`,
      received: 'another one',
      remedy: 'The files do not belong together: fetch or save them again.',
      cause: error,
    });
  }
}

/** Checks a whole card and that the weights are those that it describes. */
async function checkParts(weights: ArrayBuffer, card: ModelCard): Promise<void> {
  within(': card.json', () => checkCard('', card));
  const { bytes, sha256: expected } = card.weights!;
  within(': weights', () => checkLength(bytes, weights.byteLength));
  const received = expected && (await sha256(weights));
  if (expected && received) within(': weights: SHA-256', () => checkSame(expected, received));
}

/**
 * What a card says of stored weights.
 *
 * @param specs Specifications of all weights, as tfjs defines them.
 * @param weights The weight data; borrowed.
 * @returns The field `weights` of the card.
 */
export async function describeWeights(
  specs: readonly tf.io.WeightsManifestEntry[],
  weights: ArrayBuffer,
): Promise<NonNullable<ModelCard['weights']>> {
  const kernels = specs.filter(({ shape }) => shape.length > 1);
  const kinds = new Set(kernels.map(({ quantization }) => quantization?.dtype ?? 'float32'));
  const [kind = 'float32'] = kinds;
  const hash = await sha256(weights);
  return {
    dtype: kinds.size > 1 || kind === 'uint16' ? 'mixed' : kind,
    bytes: weights.byteLength,
    ...(hash && { sha256: hash }),
  };
}

function countValues(specs: readonly tf.io.WeightsManifestEntry[]): number {
  return specs.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape), 0);
}

function checkLength(expected: number, received: number | undefined): void {
  if (expected === received) return;
  throw weightsError(
    '',
    `${expected} bytes`,
    `${received}`,
    'The file is cut off or belongs to another model: fetch or save it again.',
  );
}

function checkSame(expected: number | string, received: number | string): void {
  if (expected === received) return;
  const remedy = 'The files do not belong together or are damaged: fetch or save them again.';
  throw weightsError('', `${expected}`, `${received}`, remedy);
}
