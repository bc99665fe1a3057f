import { writeFiles } from '#platform';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError, within } from '../errors';
import { checkModel } from '../models/facts';
import { withFacts } from '../models/known-facts';
import { URL_SCHEME } from '../platform/platform';
import { object, oneOf, optional, type Schema, unchecked } from '../schema';
import { describe } from '../validate';
import type { CardDraft, ModelCard, WeightsDtype } from './card';
import { encodeModel } from './encode';
import { factsOfCard } from './decode-bundled';

/**
 * Options of {@link saveModel}.
 */
export interface SaveModelOptions {
  /** What its author says about it; all that the library knows itself may be left out. */
  card?: CardDraft | ModelCard | undefined;
  /**
   * How kernels are stored: `'float32'` (exact), `'float16'`, `'uint8'` (affine over the range of each tensor), or `'mixed'` (uint8 from 50,000
   * values on, else float16). Biases and batch norm are float32 always. Default `'float32'`.
   */
  dtype?: WeightsDtype | undefined;
}

/**
 * Saves a model with its card: `model.json`, `weights.bin` and `card.json`, which {@link loadModel} reads, and plain tfjs without the card.
 *
 * In Node the files are written whole or not at all; old ones are replaced only when all of them are on the disk.
 *
 * @param target A directory in Node, made if needed; a place of tfjs, such as `'indexeddb://name'` or `'downloads://name'` in a browser; or
 *   a `tf.io.IOHandler`, which gets the card as metadata.
 * @param model A model with one input `[n, h, w, 1 or 3]` and one output `[n, classes]`; borrowed.
 * @param options The card and how to store the weights.
 * @returns The whole card as it was stored.
 * @throws {@link InputError} if the target or an option is not valid, or nothing tells class names and preprocessing of the model.
 * @throws {@link WeightsError} if a part of the card is not valid or a weight is not finite. {@link FerError} if a file cannot be written, with
 *   the file system's reason; it says whether the old ones were left unchanged.
 * @example
 * ```ts
 * await train(model, dataset, { epochs: 10 });
 * await saveModel('runs/mine', model); // knows class names and preprocessing from the training
 * ```
 */
export async function saveModel(
  target: string | URL | tf.io.IOHandler,
  model: tfl.LayersModel,
  options: SaveModelOptions = {},
): Promise<ModelCard> {
  const { card: given, dtype } = parse('saveModel', options);
  within('saveModel: model', () => checkModel(model));
  const handler = handlerOf(target);
  if (!handler && !isPath(target)) {
    const expected = "a directory, 'indexeddb://name', 'downloads://name' or a tf.io.IOHandler that saves";
    throw inputError('saveModel: target', expected, describe(target));
  }
  const name = handler ? undefined : lastPart(`${target as string}`);
  const { modelJson, weights, card } = await within('saveModel', () =>
    encodeModel(model, { card: given, dtype, name }),
  );
  if (handler) {
    const { weightsManifest, ...artifacts } = modelJson;
    const userDefinedMetadata = withFacts(modelJson.userDefinedMetadata, factsOfCard(card));
    const weightSpecs = weightsManifest[0]!.weights;
    await handler.save!({ ...artifacts, userDefinedMetadata, weightSpecs, weightData: weights });
  } else {
    const folder = `${target as string}`.replace(/[/\\]$/, '');
    await writeFiles({
      [`${folder}/weights.bin`]: new Uint8Array(weights),
      [`${folder}/model.json`]: `${JSON.stringify(modelJson)}\n`,
      [`${folder}/card.json`]: `${JSON.stringify(card, null, 2)}\n`,
    });
  }
  return card;
}

const parse = object({
  card: unchecked<SaveModelOptions['card']>,
  dtype: optional(oneOf(['float32', 'float16', 'uint8', 'mixed']), 'float32'),
} satisfies Schema<SaveModelOptions>);

function isPath(target: unknown): boolean {
  if (target instanceof URL) return target.protocol === 'file:';
  return (
    typeof target === 'string' &&
    target.trim() !== '' &&
    !target.includes('\0') &&
    !/^(https?|data|blob):/i.test(target)
  );
}

function handlerOf(target: unknown): tf.io.IOHandler | undefined {
  const { save } = Object(target) as Partial<tf.io.IOHandler>;
  if (typeof save === 'function') return target as tf.io.IOHandler;
  if (typeof target !== 'string' || !/^\w+:\/\//.test(target) || URL_SCHEME.test(target)) return undefined;
  const [handler] = saveHandlers(target);
  if (handler) return handler;
  throw inputError('saveModel: target', 'a place that tfjs can save to here', describe(target));
}

/** The handlers of tfjs. That of downloads is in the module of `browserFiles`, which bundlers leave out unless it is named. */
const saveHandlers = (target: string): tf.io.IOHandler[] =>
  typeof tf.io.browserFiles === 'function' ? tf.io.getSaveHandlers(target) : [];

const lastPart = (path: string): string | undefined =>
  path
    .replace(/[/\\]+$/, '')
    .split(/[/\\]/)
    .pop() || undefined;
