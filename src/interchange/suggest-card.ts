import type * as tfl from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../data/batches';
import { within } from '../errors';
import { batchSize, object, type Schema, signal, unchecked } from '../schema';
import type { CardSuggestion, SuggestOptions } from './card-search';

export type { CardSuggestion, SuggestOptions } from './card-search';

const parse = object({
  classNames: unchecked<SuggestOptions['classNames']>,
  batchSize,
  signal,
} satisfies Schema<SuggestOptions>);

/**
 * Finds the order of the classes and the scaling of pixels of a model from elsewhere by a labeled sample. It tries the usual orders (those of FER2013, of
 * sorted folder names and of other data sets) with the usual scalings and reports how well each fits. Ten images of each class are enough for most
 * models.
 *
 * @param model A model with one input `[n, h, w, 1]` or `[n, h, w, 3]` and one output `[n, classes]`; borrowed.
 * @param data Images with labels; those without are left out. Borrowed.
 * @param options Names of the classes, batch size and abort signal.
 * @returns The best candidate, the ten best, and a warning if the best is not clearly better than the next.
 * @throws `InputError` if the model or the data do not fit, before anything is computed.
 * @throws The signal's reason if it is aborted. No tensor is left over then either.
 * @throws `BackendError` if no backend is registered.
 * @example
 * ```ts
 * const { classNames, pixels, accuracy, warning } = await suggestCard(model, validation);
 * ```
 */
export async function suggestCard(
  model: tfl.LayersModel,
  data: LabeledImages,
  options: SuggestOptions = {},
): Promise<CardSuggestion> {
  const parsed = parse('suggestCard', options);
  const { searchCard } = await import('./card-search');
  return within('suggestCard', () => searchCard(model, data, parsed));
}
