import * as tf from '@tensorflow/tfjs-core';
import { type InputError, inputError, WeightsError, weightsError, within } from '../errors';
import { addFacts } from '../models/known-facts';
import type { ModelName } from '../models/registry';
import { URL_SCHEME } from '../platform/platform';
import { callback, number, object, type Schema, signal, unchecked } from '../schema';
import { describe, isObject } from '../validate';
import { bytesOfBase64 } from '../base64';
import { BUNDLED_MODELS, DEFAULT_MODEL, importBundled, isBundled, type WeightsModule } from './bundled';
import type { CardDraft } from './card';
import { decodeModel, type StoredModel } from './decode';
import { decodeBundled, factsOfCard, type LoadedModel } from './decode-bundled';
import { type LoadModelOptions, readStored } from './read-stored';
import { resolveCard } from './resolve-card';

/**
 * Where a trained model comes from:
 *
 * - the name of bundled weights: `'compact'`, `'deep'` or `'shallow'`;
 * - the directory of a stored model, or its `model.json`: a path in Node (`./compact` where the name is also a bundled one), an address
 *   relative to the page in a browser, an `http:`, `https:` or `file:` URL anywhere;
 * - a place of tfjs: `'indexeddb://name'`, `'localstorage://name'`, or a `tf.io.IOHandler`;
 * - the default export of `fer-cnn/weights/<name>`, for service workers and pages that want one model only.
 */
export type ModelSource = ModelName | WeightsModule | URL | tf.io.IOHandler | (string & {});

/**
 * Loads a trained model with its card, as it was stored. What comes from outside the package is checked for damage and attacks.
 *
 * @param source Where the model comes from. Default: `'compact'`, the best of the bundled ones.
 * @param options A card for models that come without one; for downloads a signal, a timeout and a progress callback.
 * @returns The model, the caller's, who disposes of it, and its card.
 * @throws {@link InputError} if the source is of another kind, or nothing tells class names and preprocessing of the model.
 * @throws {@link WeightsError} that names file and tensor or key, if something is missing, damaged or does not belong together.
 * @throws {@link BackendError} if no backend is registered.
 * @example
 * ```ts
 * const { model, card } = await loadModel('deep');
 * const mine = await loadModel('runs/mine'); // a directory that saveModel wrote
 * ```
 */
export async function loadModel(
  source: ModelSource = DEFAULT_MODEL,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  const parsed = parse('loadModel', options);
  return within('loadModel', () => load(source, parsed));
}

async function load(source: ModelSource, options: ReturnType<typeof parse>): Promise<LoadedModel> {
  const { card, signal, onProgress } = options;
  signal?.throwIfAborted();
  if (isBundled(source)) {
    const module = await importBundled(source);
    onProgress?.(1);
    return withCard(await decodeBundled(module), card);
  }
  if (isModule(source)) return withCard(await decodeModel(storedOf(source)), card);
  const handler = handlerOf(source);
  if (handler) return decodeModel(await readHandler(handler, card));
  if (typeof source !== 'string' && !(source instanceof URL)) throw unknownSource(source);
  if (!/[^\0]/.test(`${source}`)) throw unknownSource(source);
  return within(`: ${source}`, async () => decodeModel(await readStored(source, options)));
}

const time = number({ min: 1, max: 2 ** 31 - 1 });

const parse = object({
  card: unchecked<CardDraft | undefined>,
  signal,
  timeoutMs: (where, value = 30_000) => (value === Infinity ? value : time(where, value)),
  onProgress: callback<LoadModelOptions['onProgress']>(),
} satisfies Schema<LoadModelOptions>);

function isModule(source: ModelSource): source is WeightsModule {
  return typeof source === 'object' && source !== null && 'weightsBase64' in source && 'card' in source;
}

/** The parts of a module that the caller imported, from wherever. */
function storedOf({ modelJson, weightsBase64, card }: WeightsModule): StoredModel {
  if (!isObject(card)) {
    throw weightsError('loadModel: card', 'an object', card === undefined ? 'nothing' : describe(card));
  }
  try {
    return { modelJson, weights: bytesOfBase64(weightsBase64), card };
  } catch (cause) {
    const received = `a ${typeof weightsBase64} that is not base64`; // not its content, which may be long
    throw new WeightsError({ where: 'loadModel: weightsBase64', expected: 'base64', received, cause });
  }
}

/** A loaded model with what the caller knows better. */
function withCard({ model, card }: LoadedModel, given: CardDraft | undefined): LoadedModel {
  if (given === undefined) return { model, card };
  try {
    const { weights } = card;
    const told = within(': card', () => resolveCard(model, given, card.name));
    return { model: addFacts(model, factsOfCard(told)), card: { ...told, ...(weights && { weights }) } };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The handler of tfjs for a place such as `indexeddb://name`, or the one that was passed. */
function handlerOf(source: ModelSource): tf.io.IOHandler | undefined {
  if (typeof source === 'object' && source !== null && 'load' in source && typeof source.load === 'function')
    return source;
  if (typeof source !== 'string' || !/^\w+:\/\//.test(source) || URL_SCHEME.test(source)) return undefined;
  const [handler] = tf.io.getLoadHandlers(source);
  if (handler) return handler;
  throw inputError('loadModel: source', 'a place that tfjs can load from here', describe(source));
}

function unknownSource(source: unknown): InputError {
  const names = BUNDLED_MODELS.map((name) => `'${name}'`).join(', ');
  const expected = `one of ${names}, the path or URL of a directory with model.json, or a tf.io.IOHandler that loads`;
  return inputError('loadModel: source', expected, describe(source));
}

async function readHandler(handler: tf.io.IOHandler, card: CardDraft | undefined): Promise<StoredModel> {
  const artifacts = Object(await handler.load!()) as tf.io.ModelArtifacts;
  const { modelTopology, weightSpecs, weightData, userDefinedMetadata } = artifacts;
  if (!modelTopology || !weightSpecs || !weightData) {
    throw weightsError('loadModel', 'a LayersModel with weights', 'one without topology or without weights');
  }
  const metadata = userDefinedMetadata ? { userDefinedMetadata } : {};
  const modelJson = { modelTopology, weightsManifest: [{ paths: [], weights: weightSpecs }], ...metadata };
  return { modelJson, weights: tf.io.CompositeArrayBuffer.join(weightData), card };
}
