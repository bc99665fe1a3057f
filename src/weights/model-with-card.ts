import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';
import { DEFAULT_PREPROCESSING } from '../image/preprocess';
import { EMOTIONS } from '../labels';
import { describe } from '../validate';
import type { CardDraft, ModelCard } from './card';
import { checkCard, checkCardDraft } from './check-card';
import { checkFit } from './fit';
import { isObject } from './schema';

/**
 * A network in memory, for instance one that was just trained, and what is known about it.
 *
 * @example
 * ```ts
 * const mine: ModelWithCard = { model, card };
 * const classifier = await loadClassifier(mine);
 * ```
 */
export interface ModelWithCard {
  /** One input [n, height, width, 1] and one output [n, number of classes]; borrowed, so yours to dispose of. */
  model: tfl.LayersModel;
  /** Its labels and preprocessing. Default: the seven `EMOTIONS` and {@link DEFAULT_PREPROCESSING}. */
  card?: CardDraft | ModelCard | undefined;
}

/**
 * Whether a value has a network as its member `model`.
 *
 * @param where The function that was called, for the message.
 * @throws {@link InputError} if it has such a member that is none.
 */
export function isModelWithCard(where: string, source: unknown): source is ModelWithCard {
  if (typeof source !== 'object' || source === null || !('model' in source)) return false;
  const model = source.model as Partial<tfl.LayersModel> | undefined;
  if (typeof model?.predict === 'function' && Array.isArray(model.inputs)) return true;
  throw inputError(`${where}: model`, 'a tf.LayersModel', describe(model));
}

/**
 * The card of a network in memory, or the default one.
 *
 * @param where The function that was called, for the message.
 * @throws {@link WeightsError} if the card is not valid or does not fit the network.
 */
export function cardOf(where: string, { model, card = defaultCard(model) }: ModelWithCard): CardDraft {
  const place = `${where}: card`;
  if (isObject(card) && 'formatVersion' in card) checkCard(card, place);
  else checkCardDraft(card, place);
  checkFit(place, model, card);
  return card;
}

/** Whether a network, or a weight of it, was disposed of. */
export function hasLostWeights(model: tfl.LayersModel): boolean {
  try {
    for (const weight of model.weights) weight.read();
    return false;
  } catch {
    return true;
  }
}

function defaultCard({ name }: tfl.LayersModel): CardDraft {
  return { name, architecture: name, labels: EMOTIONS, preprocessing: DEFAULT_PREPROCESSING };
}
