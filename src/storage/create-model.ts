import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { ensureBackend } from '../backend/backend';
import { areSameNames } from '../class-names';
import { inputError, weightsError, within } from '../errors';
import { checkModel } from '../models/facts';
import { addFacts, factsOf, type ModelFacts } from '../models/known-facts';
import type { CnnOptions } from '../models/options';
import { listModels, type ModelName, MODELS } from '../models/registry';
import { checkOneOf } from '../validate';
import type { CardDraft, ModelCard } from './card';
import { loadModel, type ModelSource } from './load-model';
import { resolveCard } from './resolve-card';

/** A model in memory, borrowed. Its card may be left out if this package built, trained or loaded it. */
interface ModelInMemory {
  readonly model: tfl.LayersModel;
  readonly card?: CardDraft | ModelCard | undefined;
}

/**
 * Options of {@link createModel} that start from trained weights.
 */
export interface TransferOptions extends CnnOptions {
  /**
   * Where the weights of all layers but the output layer come from: any source of {@link loadModel}, or a model in memory as
   * `{ model, card }`, which is borrowed. The output layer's come along if the class names are the same, in the same order; otherwise it is new.
   */
  weights: ModelSource | ModelInMemory;
}

/**
 * Creates a model by its name and loads trained weights into it, for training on other classes.
 *
 * @param name One of {@link listModels}; the model that the weights were trained in, of the same sizes.
 * @param options The weights, and the options of the model. A new output layer is initialized by `seed`. Pixels are scaled as the weights
 *   expect.
 * @returns The model; owned by the caller.
 * @throws {@link InputError} if the name is unknown, or an option is unknown or out of range. {@link WeightsError} if the weights cannot be
 *   loaded, or are those of another model. {@link BackendError} if no backend is registered.
 * @example
 * ```ts
 * const model = await createModel('compact', { weights: 'compact', classNames: ['bored', 'confused', 'engaged'] });
 * ```
 */
export function createModel(name: ModelName, options: TransferOptions): Promise<tfl.LayersModel>;
/**
 * Creates a model by its name, with untrained weights.
 *
 * @param name One of {@link listModels}.
 * @param options The options of the model.
 * @returns The model; owned by the caller.
 * @throws {@link InputError} if the name is unknown, or an option is unknown or out of range. {@link BackendError} if no
 *   backend is ready.
 * @example
 * ```ts
 * const model = createModel('shallow', { seed: 1 });
 * ```
 */
export function createModel(name: ModelName, options?: CnnOptions & { weights?: undefined }): tfl.LayersModel;
export function createModel(
  name: ModelName,
  options: CnnOptions & { weights?: TransferOptions['weights'] | undefined } = {},
): tfl.LayersModel | Promise<tfl.LayersModel> {
  const { weights, ...own } = Object(options) as typeof options;
  if (weights !== undefined) return createFrom(name, own, weights);
  checkOneOf('createModel: name', name, listModels());
  return MODELS[name].create(Object(options) === options ? own : options);
}

async function createFrom(
  name: ModelName,
  options: CnnOptions,
  weights: TransferOptions['weights'],
): Promise<tfl.LayersModel> {
  checkOneOf('createModel: name', name, listModels());
  await ensureBackend('createModel');
  const model = MODELS[name].create(options); // refuses wrong options before anything is loaded
  try {
    if (isInMemory(weights)) return adopt(model, weights, options);
    const loaded = await loadModel(weights);
    try {
      return adopt(model, loaded, options);
    } finally {
      loaded.model.dispose();
    }
  } catch (error) {
    model.dispose();
    throw error;
  }
}

const isInMemory = (weights: TransferOptions['weights']): weights is ModelInMemory =>
  typeof weights === 'object' && weights !== null && 'model' in weights;

/** Copies weights by their names, and how pixels are scaled. */
function adopt(model: tfl.LayersModel, { model: trained, card }: ModelInMemory, options: CnnOptions): tfl.LayersModel {
  const where = 'createModel: weights';
  within(where, () => checkModel(trained));
  const { classNames, preprocessing } = within(`${where}: card`, () => resolveCard(trained, card));
  const own = factsOf(model) as Required<ModelFacts>; // the builder wrote them
  const isSameTask = areSameNames(classNames, own.classNames);
  if (!isSameTask && options.classNames === undefined) {
    const remedy = 'Pass the names of your classes, or load the weights as they are with loadModel().';
    throw inputError(
      'createModel: classNames',
      'class names, since the weights have others than the default',
      'none',
      remedy,
    );
  }
  const known = new Map(trained.weights.map((weight) => [weight.originalName, weight]));
  const head = isSameTask ? [] : model.outputs[0]!.sourceLayer.weights;
  const adopted = model.weights.filter((weight) => !head.includes(weight));
  for (const { originalName, shape } of adopted) {
    const found = known.get(originalName)?.shape;
    if (found && tf.util.arraysEqual(found as number[], shape as number[])) continue;
    const received = found ? `shape [${found.join(', ')}]` : 'no such weight';
    const remedy = `Use weights of a ${model.name} model of the same sizes, or pass the options that it was created with.`;
    throw weightsError(`${where}: '${originalName}'`, `shape [${shape.join(', ')}]`, received, remedy);
  }
  for (const weight of adopted) weight.write(known.get(weight.originalName)!.read());
  const { inputSize } = own.preprocessing;
  return addFacts(model, { preprocessing: { ...preprocessing, inputSize } });
}
