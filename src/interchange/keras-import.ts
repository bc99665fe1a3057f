import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError, weightsError } from '../errors';
import { ensureBackend } from '../backend/backend';
import { checkOneOf, checkOptions, describe } from '../validate';
import { buildModel } from '../weights/build';
import { isModel } from './keras-architecture';
import { type FileContent, openModelFile, openParts } from './keras-file';
import { topologyFromKeras } from './keras-topology';
import { findWeights, type WeightValue } from './keras-weights';

/**
 * A model of Keras: one file, or its architecture and weights apart. All of it is borrowed.
 *
 * @example
 * ```ts
 * const source: KerasSource = { file: await readFile('model.keras') };
 * const model = await importKeras(source);
 * ```
 */
export type KerasSource = {
  /**
   * What Keras 1 or 2 computed with. Theano turns the kernels of convolutions by 180° against all others. Default: what the file says, and
   * `'tensorflow'` if it does not, as Keras 1 never does.
   */
  backend?: 'tensorflow' | 'theano' | undefined;
} & (
  | {
      /** A `.keras` file of Keras 3, or an `.h5` file of a whole model. */
      file: FileContent;
    }
  | {
      /** What `model.to_json()` gave: the text, its bytes, or parsed. */
      json: string | object;
      /** What `model.save_weights()` wrote: an `.h5` or `.weights.h5` file. */
      weights: FileContent;
    }
);

const WHERE = 'importKeras';

/**
 * Reads a model of Keras 1, 2 or 3. Needs the package `h5wasm`, for `.keras` files `fflate` too.
 *
 * Sequential and Functional models of the layers that networks for pictures are made of are read, models within models too, and the
 * names of layers stay. Regularisers, constraints and frozen layers are taken over; initialisers, optimizer and compilation are not. What
 * tfjs would compute differently is refused. Sequential models whose channels come first (`channels_first`, `th`) are converted: they take pictures
 * [n, h, w, c] then, as all do.
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
 * const old = await importKeras({ json: await readFile('model.json', 'utf8'), weights: await readFile('model.h5') });
 * ```
 */
export async function importKeras(source: KerasSource): Promise<tfl.LayersModel> {
  checkOptions(WHERE, source, ['file', 'json', 'weights', 'backend']);
  const { backend } = source;
  if (backend !== undefined) checkOneOf(`${WHERE}: backend`, backend, ['tensorflow', 'theano']);
  const whole = 'file' in source;
  if (whole ? 'json' in source || 'weights' in source : !('json' in source && 'weights' in source)) {
    throw inputError(WHERE, '{ file } or { json, weights }', describe(source));
  }
  const { config, major, size, readWeights } = await (whole
    ? openModelFile(`${WHERE}: file`, source.file)
    : openParts(WHERE, source.json, source.weights));
  const { topology, layers } = topologyFromKeras(WHERE, config, major);
  await ensureBackend(WHERE);
  const model = await buildModel(`${WHERE}: architecture`, topology, size);
  const variables = model.weights.map((weight) => weight.read());
  try {
    checkNorms(WHERE, model);
    setWeights(await readWeights((file) => findWeights(WHERE, file, model, layers, backend)));
    return model;
  } catch (error) {
    tf.dispose(variables); // model.dispose() leaves those of a layer that is called twice
    throw error;
  }
}

/** Refuses batch norm along another axis than the last, which backends of tfjs compute as if it were the last. */
export function checkNorms(caller: string, model: tfl.LayersModel): void {
  for (const layer of model.layers) {
    if (isModel(layer)) checkNorms(caller, layer);
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const axis = layer.getConfig()['axis'] as number;
    const last = (layer.inboundNodes[0]!.inputShapes[0] as tfl.Shape).length - 1;
    if (axis === -1 || axis === last) continue;
    const where = `${caller}: layer '${layer.name}' (BatchNormalization)`;
    throw weightsError(where, `the last axis, -1 or ${last}`, `axis = ${axis}`);
  }
}

function setWeights(found: readonly WeightValue[]): void {
  tf.tidy(() => {
    for (const { weight, values, shape, outFirst, turned } of found) {
      const stored = tf.tensor(values, [...shape]);
      const value = outFirst ? tf.transpose(stored, [2, 3, 1, 0]) : stored;
      const variable = weight.read() as tf.Variable; // weight.write() would apply a constraint, as if after a step of training
      variable.assign(turned ? tf.reverse(value, [0, 1]) : value);
    }
  });
}
