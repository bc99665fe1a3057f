import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError, WeightsError, within } from '../errors';
import { ensureBackend } from '../backend/backend';
import { checkFacts, checkModel, type GivenFacts } from '../models/facts';
import { addFacts } from '../models/known-facts';
import type { ReadFailure } from '../platform/platform';
import { fileName, type FileSource, isFileSource, readFile } from '../platform/read';
import { object, unchecked } from '../schema';
import { describe } from '../validate';
import { buildWithin } from '../storage/build';
import { placesOf } from '../storage/read-stored';
import { modelClass } from './keras-architecture';
import { isModel } from '../tfjs/layers';
import { type KerasFile, openModelFile, openParts, openWeights, type Placed, weightFiles } from './keras-file';
import { type KerasLayer, modelFromKeras } from './keras-model';
import type { Setter } from './keras-weights';

/**
 * A model of Keras: one file, or its architecture and weights apart, or weights for a model that was built here. All of it is borrowed.
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

/** Reads a model of Keras; see `importKeras`. The options are checked. */
export async function readKeras(source: KerasSource, options: ImportKerasOptions): Promise<tfl.LayersModel> {
  const { backend, signal, ...facts } = options;
  const parts = checkSource(source);
  const read = async (part: keyof KerasParts, file: FileSource): Promise<Placed> => {
    const where = placeOf(part, file);
    const fail: ReadFailure = (error) => new WeightsError({ where: '', ...error });
    return { where, content: await within(where, () => readFile(file, { fail, signal })) };
  };
  if (parts.model) return intoModel(parts.model, await read('weights', parts.weights as FileSource), backend);
  const { config, major, size, find } = await openSource(parts, read);
  const name = fileName(parts.file ?? parts.json);
  const where = name === undefined ? '' : `: ${name}`;
  await ensureBackend('');
  let layers: readonly KerasLayer[] = [];
  const model = await within(`${where}: architecture`, () =>
    buildWithin(size, async () => {
      const built = within(`importKeras${where}`, () => modelFromKeras(config, major)); // a layer's place is its own
      layers = built.layers;
      return built.model;
    }),
  );
  const variables = model.weights.map((weight) => weight.read());
  try {
    setWeights(await find(where, layers, backend));
    return addFacts(model, checkFacts(model, facts));
  } catch (error) {
    tf.dispose(variables); // model.dispose() leaves those of a layer that is called twice
    throw error;
  }
}

/** What a source may consist of. */
interface KerasParts {
  file?: FileSource;
  json?: FileSource | object;
  weights?: FileSource | readonly FileSource[];
  model?: tfl.LayersModel;
}

const parseParts = object({ json: unchecked, model: unchecked, weights: unchecked });

/** A part by the name of its file if it has one, for messages. */
const placeOf = (part: keyof KerasParts, file: unknown) => `: ${fileName(file) ?? part}`;

function checkSource(source: KerasSource): KerasParts {
  if (isFileSource(source)) return { file: source };
  const given = ['json', 'model', 'weights'].filter((key) => key in Object(source)).join();
  if (given !== 'json,weights' && given !== 'model,weights') {
    throw inputError('', 'a file, { json, weights } or { model, weights }', describe(source));
  }
  parseParts('', source);
  return source as KerasParts;
}

/** Opens one file, or architecture and weights; of a `model.json` whose place is known, also the binary files beside it. */
async function openSource(
  { file, json, weights }: KerasParts,
  read: (part: keyof KerasParts, file: FileSource) => Promise<Placed>,
): Promise<KerasFile> {
  const readAll = (files: readonly (FileSource | string)[]) => Promise.all(files.map((each) => read('weights', each)));
  if (file === undefined) {
    const architecture = isFileSource(json)
      ? await read('json', json)
      : { where: placeOf('json', json), content: json };
    return openParts(architecture, await readAll([weights as FileSource].flat()));
  }
  const whole = await read('file', file);
  const names = typeof file === 'string' || file instanceof URL ? weightFiles(whole) : undefined;
  if (!names) return openModelFile(whole);
  const { beside } = placesOf(file as string | URL);
  return openParts(whole, await readAll(names.map(beside)));
}

/** Gives a model that was built here the weights of a file. */
async function intoModel(
  model: tfl.LayersModel,
  weights: Placed,
  backend: string | undefined,
): Promise<tfl.LayersModel> {
  within(': model', () => checkModel(model));
  const stored = await openWeights(weights);
  await ensureBackend('');
  setWeights(await stored.find(weights.where, layersOf(model), backend));
  return model;
}

/** The layers of a model as Keras would name them. */
const layersOf = (model: tfl.LayersModel): KerasLayer[] =>
  model.layers.map((layer) => {
    const { name } = layer;
    if (isModel(layer)) return { className: modelClass(layer), name, layer, layers: layersOf(layer) };
    return { className: layer.getClassName(), name, layer };
  });

const setWeights = (setters: readonly Setter[]) => tf.tidy(() => setters.forEach((set) => set()));
