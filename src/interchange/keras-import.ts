import type * as tfl from '@tensorflow/tfjs-layers';
import { within } from '../errors';
import { GIVEN_FACTS } from '../models/facts';
import { object, oneOf, optional, type Schema, signal } from '../schema';
import type { ImportKerasOptions, KerasSource } from './keras-read';

export type { ImportKerasOptions, KerasSource } from './keras-read';

const WHERE = 'importKeras';

const parse = object({
  ...GIVEN_FACTS,
  backend: optional(oneOf(['tensorflow', 'theano'])),
  signal,
} satisfies Schema<ImportKerasOptions>);

/**
 * Imports a model of Keras 1, 2 or 3. Needs the package `h5wasm`, for `.keras` files `fflate` too.
 *
 * Reads Sequential and Functional models of the layers that image models use, nested models too. Layers keep their names, regularizers, constraints and
 * whether they are frozen; initializers, optimizer and compilation are not read. What TensorFlow.js would compute differently is refused. Models whose channels come first (`channels_first`, `th`) are converted: they take images `[n, h, w, c]` then, as all do.
 *
 * A file of Keras knows neither class names nor what pixels the model was trained on: give both as options, here or later on a card;
 * {@link suggestCard} finds them by a labeled sample.
 *
 * @param source The file, or architecture and weights, or weights and a model. A string is a URL or, in Node, a path.
 * @param options Class names, pixels and kind of outputs, which the model carries from then on; Keras 1's backend; a signal.
 * @returns A model in float32 whose axes are `[n, h, w, c]`; the caller's, who disposes of it. For `{ model, weights }` that same model.
 * @throws `InputError` if the source is something else, or an option does not fit the model.
 * @throws `WeightsError` that names layer and tensor or setting, if a layer is unknown, a weight is missing or of another shape, or
 *   a file cannot be read, is damaged or of another format. Nothing is left over, and a given model is unchanged.
 * @throws `FerError` if `h5wasm` or `fflate` is not installed.
 * @throws `BackendError` if no backend is registered.
 * @example
 * ```ts
 * const model = await importKeras('model.keras', { classNames: 'alphabetical', pixels: '0..1' });
 * const old = await importKeras({ json: 'architecture.json', weights: 'emotions.weights.h5' });
 * ```
 */
export async function importKeras(source: KerasSource, options: ImportKerasOptions = {}): Promise<tfl.LayersModel> {
  const parsed = parse(WHERE, options);
  const { readKeras } = await import('./keras-read'); // few programs import models, and those once
  return within(WHERE, () => readKeras(source, parsed));
}
