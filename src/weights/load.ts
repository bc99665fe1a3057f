import * as tf from '@tensorflow/tfjs-core';
import type { InputError } from '../errors';
import { inputError, WeightsError, weightsError } from '../errors';
import { checkNumber, checkOptions, describe } from '../validate';
import { bytesOfBase64 } from './base64';
import { BUNDLED_MODELS, type BundledModel, readBundled, type WeightsModule } from './bundled';
import type { CardDraft, ModelCard } from './card';
import { CARD_KEY, decodeModel, type LoadedModel, type StoredModel } from './decode';
import { fetchModel, type LoadWeightsOptions } from './fetch';

export type { LoadWeightsOptions } from './fetch';

/**
 * Where weights come from: a bundled name, `'default'`, the default export of `fer-cnn/weights/<name>`, the address of a
 * `model.json`, or a tfjs handler.
 *
 * @example
 * ```ts
 * const source: WeightsSource = new URL('https://example.org/models/mine/model.json');
 * const { model } = await loadWeights(source);
 * ```
 */
export type WeightsSource = BundledModel | 'default' | WeightsModule | URL | tf.io.IOHandler | (string & {});

/**
 * Loads a model with its card.
 *
 * - A bundled name (`'compact'`, `'deep'`, `'shallow'`, `'default'`) needs no network and no files.
 * - The default export of `fer-cnn/weights/<name>` is the same for a program that imports one model itself.
 * - An address of a `model.json`, absolute or relative to the page, also finds `card.json` and the weights beside it.
 * - A `tf.io.IOHandler` gives what tfjs saved, for instance `tf.io.browserFiles`, IndexedDB, or `directoryHandler` of `fer-cnn/node`.
 *   The card is the option `card` or, for models that were loaded by this function before, travels in the metadata.
 *
 * @param source Where the weights come from.
 * @param options The card if none lies with the weights; for downloads a signal, a timeout and a progress callback.
 * @returns The model, the caller's, who disposes of it, and its card.
 * @throws {@link InputError} if the source is none of these.
 * @throws {@link WeightsError} that names file and tensor or key, if something is missing, damaged or does not belong together.
 * @throws {@link BackendError} if no backend is registered.
 * @example
 * ```ts
 * const { model, card } = await loadWeights('deep');
 * const served = await loadWeights('https://example.org/models/deep/model.json');
 * ```
 */
export async function loadWeights(
  source: WeightsSource = 'default',
  options: LoadWeightsOptions = {},
): Promise<LoadedModel> {
  checkOptions('loadWeights: options', options, ['card', 'signal', 'timeoutMs', 'onProgress']);
  if (options.timeoutMs !== Infinity) {
    checkNumber('loadWeights: options.timeoutMs', options.timeoutMs ?? 1, { min: 1, max: 2 ** 31 - 1 });
  }
  options.signal?.throwIfAborted();
  if (isBundled(source)) {
    const stored = await readBundled(source);
    return decodeModel({ ...stored, card: options.card ?? stored.card }, `weights '${source}'`);
  }
  if (isModule(source)) {
    const { modelJson, weightsBase64 } = source;
    const card = options.card ?? source.card;
    const where = `weights '${card?.name ?? '?'}'`;
    return decodeModel({ modelJson, weights: bytesOf(`${where}: weightsBase64`, weightsBase64), card }, where);
  }
  if (typeof source === 'string' || source instanceof URL) {
    if (typeof source === 'string' && !/[/.:]/.test(source)) throw unknownSource(source);
    return decodeModel(await fetchModel(source, options), `weights ${source}`);
  }
  if (typeof source?.load !== 'function') throw unknownSource(source);
  return decodeModel(await readHandler(source, options.card), 'loadWeights: handler');
}

function isBundled(source: unknown): source is BundledModel | 'default' {
  return source === 'default' || BUNDLED_MODELS.includes(source as BundledModel);
}

function isModule(source: WeightsSource): source is WeightsModule {
  return typeof source === 'object' && source !== null && 'weightsBase64' in source;
}

function bytesOf(where: string, base64: string): ArrayBuffer {
  try {
    return bytesOfBase64(base64);
  } catch (cause) {
    throw new WeightsError({ where, expected: 'base64', received: describe(base64), cause });
  }
}

function unknownSource(source: unknown): InputError {
  const names = [...BUNDLED_MODELS, 'default'].map((name) => `'${name}'`).join(', ');
  const expected = `one of ${names}, the address of a model.json, or a tf.io.IOHandler that loads`;
  return inputError('loadWeights: source', expected, describe(source));
}

async function readHandler(handler: tf.io.IOHandler, given: CardDraft | ModelCard | undefined): Promise<StoredModel> {
  const { modelTopology, weightSpecs, weightData, userDefinedMetadata } = await handler.load!();
  const card = given ?? (userDefinedMetadata?.[CARD_KEY] as CardDraft | ModelCard | undefined);
  if (!modelTopology || !weightSpecs || !weightData) {
    const received = 'one without topology or without weights';
    throw weightsError('loadWeights: handler', 'a LayersModel with weights', received);
  }
  if (!card) {
    throw weightsError(
      'loadWeights: handler',
      'a card with at least name, architecture, labels and preprocessing',
      'a model without one',
      'Give the option card.',
    );
  }
  const modelJson = { modelTopology, weightsManifest: [{ paths: [], weights: weightSpecs }] };
  return { modelJson, weights: tf.io.CompositeArrayBuffer.join(weightData), card };
}
