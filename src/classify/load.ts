import type * as tfl from '@tensorflow/tfjs-layers';
import { InputError } from '../errors';
import { ensureBackend } from '../image/backend';
import { DEFAULT_PREPROCESSING } from '../image/preprocess';
import { EMOTIONS } from '../labels';
import { checkOptions, describe } from '../validate';
import { type CardDraft, checkCard, checkCardDraft, type ModelCard } from '../weights/card';
import { checkFit } from '../weights/fit';
import type { LoadWeightsOptions } from '../weights/fetch';
import { loadWeights, type WeightsSource } from '../weights/load';
import { Classifier } from './classifier';

/** A network in memory, for instance one that was just trained, and what is known about it. */
export interface ModelWithCard {
  /** One input [n, height, width, 1] and one output [n, number of classes]; borrowed, so yours to dispose of. */
  model: tfl.LayersModel;
  /** Its labels and preprocessing. Default: the seven `EMOTIONS` and {@link DEFAULT_PREPROCESSING}. */
  card?: CardDraft | ModelCard | undefined;
}

/** Where a classifier's network comes from: whatever `loadWeights` takes, or a network in memory. */
export type ClassifierSource = WeightsSource | ModelWithCard;

/**
 * Loads a classifier.
 *
 * @param source The name of bundled weights (`'shallow'`, `'deep'`, or `'default'` for the better of them), the address of a
 *   `model.json` with its `card.json` beside it, a `tf.io.IOHandler`, or `{ model, card }`. Default: `'default'`.
 * @param options For downloads a signal and a progress callback; a card if none comes with the weights. None of them applies
 *   to a network in memory.
 * @returns The classifier; the caller's to dispose of.
 * @throws {@link BackendError} if no tfjs backend is registered.
 * @throws {@link WeightsError} if the weights are not found or damaged, or do not fit their card.
 * @throws {@link InputError} if the source is none of these.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * const classifier = await loadClassifier();
 * await classifier.classify(document.querySelector('img')!);
 * ```
 */
export async function loadClassifier(
  source: ClassifierSource = 'default',
  options: LoadWeightsOptions = {},
): Promise<Classifier> {
  await ensureBackend('loadClassifier');
  if (isModelWithCard(source)) {
    checkOptions('loadClassifier: options', options, []);
    return new Classifier(source.model, checkedCard(source), false);
  }
  const { model, card } = await loadWeights(source, options);
  return new Classifier(model, card, true);
}

function isModelWithCard(source: ClassifierSource): source is ModelWithCard {
  if (typeof source !== 'object' || source === null || !('model' in source)) return false;
  const { model } = source;
  if (typeof model?.predict === 'function' && Array.isArray(model.inputs)) return true;
  throw new InputError({ where: 'loadClassifier: model', expected: 'a tf.LayersModel', received: describe(model) });
}

function checkedCard({ model, card = defaultCard(model) }: ModelWithCard): CardDraft {
  const where = 'loadClassifier: card';
  if (typeof card === 'object' && 'formatVersion' in card) checkCard(card, where);
  else checkCardDraft(card, where);
  checkFit(where, model, card);
  return card;
}

function defaultCard({ name }: tfl.LayersModel): CardDraft {
  return { name, architecture: name, labels: EMOTIONS, preprocessing: DEFAULT_PREPROCESSING };
}
