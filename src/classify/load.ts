import { within } from '../errors';
import type * as tfl from '@tensorflow/tfjs-layers';
import { ensureBackend } from '../backend/backend';
import { checkModel } from '../models/facts';
import { object } from '../schema';
import type { CardDraft, ModelCard } from '../storage/card';
import { loadModel, type ModelSource } from '../storage/load-model';
import type { LoadModelOptions } from '../storage/read-stored';
import { resolveCard } from '../storage/resolve-card';
import { Classifier } from './classifier';

/**
 * Loads a classifier.
 *
 * @param source Any source of {@link loadModel}, or a model in memory as `{ model, card }`, which is borrowed. The card is optional for
 *   models that this package built, trained or loaded. Default: the best bundled model, `'compact'`.
 * @param options A signal and a progress callback for downloads; a card if the weights have none. Not for models in memory.
 * @returns The classifier; the caller disposes of it.
 * @throws {@link BackendError} if no tfjs backend is registered.
 * @throws {@link WeightsError} if the weights are missing or damaged, or do not match their card.
 * @throws {@link InputError} if the source is not valid, or the class names or preprocessing of the model are unknown.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * const classifier = await loadClassifier();
 * await classifier.classify(document.querySelector('img')!);
 * ```
 */
export async function loadClassifier(
  source?: ModelSource | { model: tfl.LayersModel; card?: CardDraft | ModelCard | undefined },
  options: LoadModelOptions = {},
): Promise<Classifier> {
  await ensureBackend('loadClassifier');
  if (typeof source === 'object' && source !== null && 'model' in source) {
    object({})('loadClassifier: options', options);
    const { model, card } = source;
    within('loadClassifier: model', () => checkModel(model));
    return new Classifier(
      model,
      within('loadClassifier: card', () => resolveCard(model, card)),
      false,
    );
  }
  const { model, card } = await loadModel(source, options);
  return new Classifier(model, card, true);
}
