import type * as tfl from '@tensorflow/tfjs-layers';
import { ensureBackend } from '../backend/backend';
import { checkModel } from '../models/facts';
import { checkOptions } from '../validate';
import type { CardDraft, ModelCard } from '../storage/card';
import { loadModel, type ModelSource } from '../storage/load-model';
import type { LoadModelOptions } from '../storage/read-stored';
import { resolveCard } from '../storage/resolve-card';
import { Classifier } from './classifier';

/**
 * Loads a classifier.
 *
 * @param source Whatever {@link loadModel} takes, or a model in memory as `{ model, card }`, whose card may be left out where
 *   the library built, trained or loaded the model; it is borrowed. Default: the best of the bundled models, `'compact'`.
 * @param options For downloads a signal and a progress callback; a card if none comes with the weights. None of them applies
 *   to a model in memory.
 * @returns The classifier; the caller's to dispose of.
 * @throws {@link BackendError} if no tfjs backend is registered.
 * @throws {@link WeightsError} if the weights are not found or damaged, or do not fit their card.
 * @throws {@link InputError} if the source is none of these, or nothing tells class names and preprocessing of the model.
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
    checkOptions('loadClassifier: options', options, []);
    const { model, card } = source;
    checkModel('loadClassifier: model', model);
    return new Classifier(model, resolveCard('loadClassifier: card', model, card), false);
  }
  const { model, card } = await loadModel(source, options);
  return new Classifier(model, card, true);
}
