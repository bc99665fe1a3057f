import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError, WeightsError, weightsError } from '../errors';
import { ensureBackend } from '../backend/backend';
import { checkFacts, type GivenFacts } from '../models/facts';
import { addFacts } from '../models/known-facts';
import type { ReadFailure } from '../platform/platform';
import { fileName, type FileSource, isFileSource, readFile } from '../platform/read';
import { checkOneOf, checkOptions, describe } from '../validate';
import { buildModel } from '../storage/build';
import { placesOf } from '../storage/read-stored';
import { isModel, modelClass } from './keras-architecture';
import { type KerasFile, openModelFile, openParts, openWeights } from './keras-file';
import { weightFiles } from './keras-manifest';
import { type KerasLayer, topologyFromKeras } from './keras-topology';
import type { FoundValue } from './keras-weights';

/**
 * A model of Keras: one file, or its architecture and weights apart, or weights for a model that was built here. All of it is borrowed.
 *
 * @example
 * ```ts
 * const source: KerasSource = { json: 'architecture.json', weights: 'emotions.weights.h5' };
 * const model = await importKeras(source);
 * ```
 */
export type KerasSource =
  /** A `.keras` file of Keras 3, an `.h5` file of a whole model, or the path or URL of a converter's `model.json`. */
  | FileSource
  | {
      /** What `model.to_json()` gave, or the `model.json` of `tensorflowjs_converter`: a file, or the parsed object. */
      json: FileSource | object;
      /**
       * What `model.save_weights()` wrote, an `.h5` or `.weights.h5` file; for a `model.json` its binary file, or all of them in the order of its
       * manifest.
       */
      weights: FileSource | readonly FileSource[];
    }
  | {
      /** A model of the same layers in the same order, whose weights are replaced, all of them or, if one does not fit, none. */
      model: tfl.LayersModel;
      /** What `model.save_weights()` wrote: an `.h5` or `.weights.h5` file. */
      weights: FileSource;
    };

/**
 * What a file of Keras does not say.
 *
 * @example
 * ```ts
 * const options: ImportKerasOptions = { classNames: 'alphabetical', pixels: '0..1' };
 * const classifier = await loadClassifier({ model: await importKeras('emotions.h5', options) });
 * ```
 */
export interface ImportKerasOptions extends GivenFacts {
  /**
   * What Keras 1 or 2 computed with. Theano turns the kernels of convolutions by 180° against all others. Default: what the file says, and
   * `'tensorflow'` if it does not, as Keras 1 never does.
   */
  backend?: 'tensorflow' | 'theano' | undefined;
  /** Stops the reading. */
  signal?: AbortSignal | undefined;
}

const WHERE = 'importKeras';

/**
 * Imports a model of Keras 1, 2 or 3. Needs the package `h5wasm`, for `.keras` files `fflate` too.
 *
 * Sequential and Functional models of the layers that networks for images are made of are read, models within models too, and the names of layers
 * stay. Regularizers, constraints and frozen layers are taken over; initializers, optimizer and compilation are not. What TensorFlow.js would compute
 * differently is refused. Models whose channels come first (`channels_first`, `th`) are converted: they take images `[n, h, w, c]` then, as all do.
 *
 * A file of Keras knows neither class names nor what pixels the model was trained on: give both as options, here or later on a card;
 * {@link suggestCard} finds them by a labeled sample.
 *
 * @param source The file, or architecture and weights, or weights and a model. A string is a URL or, in Node, a path.
 * @param options Class names, pixels and kind of outputs, which the model carries from then on; Keras 1's backend; a signal.
 * @returns A model in float32 whose axes are `[n, h, w, c]`; the caller's, who disposes of it. For `{ model, weights }` that same model.
 * @throws `InputError` if the source is none of these, or an option does not fit the model.
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
  checkOptions(WHERE, options, ['classNames', 'pixels', 'preprocessing', 'outputs', 'backend', 'signal']);
  const { backend, signal } = options;
  if (backend !== undefined) checkOneOf(`${WHERE}: backend`, backend, ['tensorflow', 'theano']);
  const parts = checkSource(source);
  const read = (part: PartName, file: FileSource) => readPart(placeOf(part, file), file, signal);
  const weightsOf = ({ weights }: { weights: FileSource }) => read('weights', weights);
  if ('model' in parts) {
    return intoModel(parts.model, placeOf('weights', parts.weights), await weightsOf(parts), backend);
  }
  const { config, major, size, find } = await ('file' in parts
    ? openFile(parts.file, (file) => read('file', file))
    : openParts(
        placeOf('json', parts.json),
        isFileSource(parts.json) ? await read('json', parts.json) : parts.json,
        placeOf('weights', parts.weights),
        await Promise.all([parts.weights as FileSource].flat().map((file) => read('weights', file))),
      ));
  const main = 'file' in parts ? parts.file : parts.json;
  const name = fileName(main);
  const where = name === undefined ? WHERE : `${WHERE}: ${name}`;
  const { topology, layers } = topologyFromKeras(where, config, major);
  await ensureBackend(WHERE);
  const model = await buildModel(`${where}: architecture`, topology, size);
  const variables = model.weights.map((weight) => weight.read());
  try {
    checkNorms(where, model);
    setWeights(await find(where, model, layers, backend));
    return addFacts(model, checkFacts(WHERE, model, options));
  } catch (error) {
    tf.dispose(variables); // model.dispose() leaves those of a layer that is called twice
    throw error;
  }
}

/** Opens one file; of a `model.json` of `tensorflowjs_converter`, whose place is known, also the binary files beside it. */
async function openFile(file: FileSource, read: (file: FileSource) => Promise<Uint8Array>): Promise<KerasFile> {
  const where = placeOf('file', file);
  const bytes = await read(file);
  const names = typeof file === 'string' || file instanceof URL ? weightFiles(where, bytes) : undefined;
  if (!names) return openModelFile(where, bytes);
  const { beside } = placesOf(file as string | URL);
  return openParts(
    where,
    bytes,
    `${WHERE}: ${names.join(', ')}`,
    await Promise.all(names.map((name) => read(beside(name)))),
  );
}

type PartName = 'file' | 'json' | 'weights';
type Parts = { file: FileSource } | Exclude<KerasSource, FileSource>;

/** A file by itself, by its name if it has one, for messages. */
const placeOf = (part: PartName, file: unknown) => `${WHERE}: ${fileName(file) ?? part}`;

function checkSource(source: KerasSource): Parts {
  if (isFileSource(source)) return { file: source };
  const given = ['json', 'model', 'weights'].filter((key) => key in Object(source)).join();
  if (given === 'json,weights' || given === 'model,weights') {
    checkOptions(WHERE, source, ['json', 'model', 'weights']);
    return source as Parts;
  }
  throw inputError(WHERE, 'a file, { json, weights } or { model, weights }', describe(source));
}

function readPart(where: string, file: FileSource, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const fail: ReadFailure = (parts) => new WeightsError({ where, ...parts });
  return readFile(where, file, { fail, signal });
}

/** Gives a model that was built here the weights of a file. */
async function intoModel(
  model: tfl.LayersModel,
  where: string,
  weights: Uint8Array,
  backend: string | undefined,
): Promise<tfl.LayersModel> {
  if (typeof model?.predict !== 'function' || !Array.isArray(model.layers)) {
    throw inputError(`${WHERE}: model`, 'a tf.LayersModel', describe(model));
  }
  const stored = await openWeights(where, weights);
  await ensureBackend(WHERE);
  setWeights(await stored.find(where, model, layersOf(model), backend));
  return model;
}

/** The layers of a model as Keras would name them. */
function layersOf(model: tfl.LayersModel): KerasLayer[] {
  return model.layers.map((layer) => {
    const { name } = layer;
    if (isModel(layer)) return { className: modelClass(layer), name, outFirst: false, layers: layersOf(layer) };
    return { className: layer.getClassName(), name, outFirst: false };
  });
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

/** Sets all weights, and the settings that Keras keeps among them. */
function setWeights(found: readonly FoundValue[]): void {
  tf.tidy(() => {
    for (const value of found) {
      if ('layer' in value) {
        Object.assign(value.layer, value.settings); // fields of tfjs's Rescaling layer
        continue;
      }
      const stored = tf.tensor(value.values, [...value.shape]);
      const ours = value.outFirst ? tf.transpose(stored, [2, 3, 1, 0]) : stored;
      const variable = value.weight.read() as tf.Variable; // weight.write() would apply a constraint, as if after a step of training
      variable.assign(value.turned ? tf.reverse(ours, [0, 1]) : ours);
    }
  });
}
