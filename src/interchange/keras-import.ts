import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { InputError } from '../errors';
import { ensureBackend } from '../image/backend';
import { checkOptions, describe } from '../validate';
import { buildModel } from '../weights/build';
import { type FileContent, openModelFile, openParts } from './keras-file';
import { topologyFromKeras } from './keras-topology';
import { findWeights, type WeightValue } from './keras-weights';

/** A model of Keras: one file, or its architecture and weights apart. All of it is borrowed. */
export type KerasSource =
  | {
      /** A `.keras` file of Keras 3, or an `.h5` file of a whole model. */
      file: FileContent;
    }
  | {
      /** What `model.to_json()` gave: the text, its bytes, or parsed. */
      json: string | object;
      /** What `model.save_weights()` wrote: an `.h5` or `.weights.h5` file. */
      weights: FileContent;
    };

const WHERE = 'importKeras';

/**
 * Reads a model of Keras 1, 2 or 3. Needs the package `h5wasm`, for `.keras` files `fflate` too.
 *
 * Sequential and Functional models of the layers that networks for pictures are made of are read, models within models too, and the
 * names of layers stay. Regularisers, constraints and frozen layers are taken over; initialisers, optimizer and compilation are not. What
 * tfjs would compute differently is refused, and so are models whose channels come first (`channels_first`).
 *
 * @param source The file, or architecture and weights.
 * @returns A model in float32 whose axes are `[n, h, w, c]`; the caller's, who disposes of it. `loadClassifier({ model, card })`,
 *   `evaluate` and `train` take it.
 * @throws `InputError` if the source is none.
 * @throws `WeightsError` that names layer and tensor or setting, if a layer is unknown, a weight is missing or of another shape, or
 *   a file is damaged. Nothing is left over.
 * @throws `FerError` if `h5wasm` or `fflate` is not installed.
 * @throws `BackendError` if no backend is registered.
 * @example
 * ```ts
 * const model = await importKeras({ file: await readFile('model.keras') });
 * const old = await importKeras({ json: await readFile('model.json'), weights: await readFile('model.h5') });
 * ```
 */
export async function importKeras(source: KerasSource): Promise<tfl.LayersModel> {
  checkOptions(WHERE, source, ['file', 'json', 'weights']);
  const whole = 'file' in source;
  if (whole ? 'json' in source || 'weights' in source : !('json' in source && 'weights' in source)) {
    throw new InputError({ where: WHERE, expected: '{ file } or { json, weights }', received: describe(source) });
  }
  const { config, major, size, readWeights } = await (whole
    ? openModelFile(`${WHERE}: file`, source.file)
    : openParts(WHERE, source.json, source.weights));
  const { topology, layers } = topologyFromKeras(WHERE, config, major);
  await ensureBackend(WHERE);
  const model = await buildModel(`${WHERE}: architecture`, topology, size);
  const variables = model.weights.map((weight) => weight.read());
  try {
    setWeights(await readWeights((file) => findWeights(WHERE, file, model, layers)));
    return model;
  } catch (error) {
    tf.dispose(variables); // model.dispose() leaves those of a layer that is called twice
    throw error;
  }
}

function setWeights(found: readonly WeightValue[]): void {
  tf.tidy(() => {
    for (const { weight, values, shape } of found) weight.write(tf.tensor(values, [...shape]));
  });
}
