import { ensureBackend } from '../backend/backend';
import { checkOptions } from '../validate';
import type { LoadWeightsOptions } from '../weights/fetch';
import { loadWeights, type WeightsSource } from '../weights/load';
import { cardOf, isModelWithCard, type ModelWithCard } from '../weights/model-with-card';
import { Classifier } from './classifier';

/**
 * Where a classifier's network comes from: whatever `loadWeights` takes, or a network in memory.
 *
 * @example
 * ```ts
 * const source: ClassifierSource = 'shallow';
 * const classifier = await loadClassifier(source);
 * ```
 */
export type ClassifierSource = WeightsSource | ModelWithCard;

/**
 * Loads a classifier.
 *
 * @param source The name of bundled weights (`'compact'`, `'deep'`, `'shallow'`, or `'default'` for the best of them), the address of a
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
  if (isModelWithCard('loadClassifier', source)) {
    checkOptions('loadClassifier: options', options, []);
    return new Classifier(source.model, cardOf('loadClassifier', source), false);
  }
  const { model, card } = await loadWeights(source, options);
  return new Classifier(model, card, true);
}
