import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { inputError, WeightsError } from '../errors';
import { checkOptions, describe } from '../validate';
import { type BundledModel, readBundled } from '../weights/bundled';
import type { CardDraft, ModelCard } from '../weights/card';
import { CARD_KEY, checkParts, completeCard, decodeModel, type LoadedModel, type StoredModel } from '../weights/decode';
import { specsOf } from '../weights/fit';
import type { Golden } from '../weights/golden';
import { checkPath } from './check-path';
import { writeFiles } from './write-files';

/**
 * The files of a stored model.
 *
 * @example
 * ```ts
 * const files: WeightsFiles = await encodeModel(model, { card });
 * await saveWeights('weights/mine', { ...files, golden: await createGolden(model, card.preprocessing) });
 * ```
 */
export interface WeightsFiles extends StoredModel {
  /** What the network gives for a few pictures, for `golden.json`. */
  golden?: Golden;
}

/**
 * Writes a stored model into a directory: `weights.bin`, `model.json`, `golden.json` if given, and last `card.json`. They replace old
 * ones only when all of them are on the disk, and weights that do not belong to the card beside them are refused on loading.
 *
 * @param directory The directory; made if needed.
 * @param files What `encodeModel` gave, and a golden record if wanted.
 * @throws `InputError` if the directory is no path or the files are none; `WeightsError` if the weights are not those of the card; `FerError` if they cannot be written, with the file
 *   system's reason, and says whether the old ones are as they were.
 * @example
 * ```ts
 * await saveWeights('weights/mine', await encodeModel(model, { card, dtype: 'mixed' }));
 * // plain tfjs with its native backend: tf.loadLayersModel('file://weights/mine/model.json')
 * ```
 */
export async function saveWeights(directory: string, files: WeightsFiles): Promise<void> {
  checkPath('saveWeights: directory', directory);
  checkOptions('saveWeights: files', files, ['modelJson', 'weights', 'golden', 'card']);
  const { modelJson, weights, golden, card } = files;
  if (!(weights instanceof ArrayBuffer)) {
    throw inputError('saveWeights: weights', 'an ArrayBuffer', describe(weights));
  }
  await checkParts('saveWeights', weights, card);
  await writeFiles({
    ...modelFiles('saveWeights', directory, modelJson, weights),
    ...(golden && { [join(directory, 'golden.json')]: `${JSON.stringify(golden)}\n` }),
    ...cardFile(directory, card),
  });
}

/**
 * Loads a model with its card from a directory that `saveWeights` or `exportBundledWeights` wrote.
 *
 * @param directory The directory.
 * @param options The card, if there is no `card.json`.
 * @returns The model, the caller's, who disposes of it, and its card.
 * @throws `WeightsError` that names the file that is missing, damaged or does not belong to the others.
 * @throws `BackendError` if no backend is registered.
 * @example
 * ```ts
 * const { model, card } = await loadWeightsDirectory('weights/mine');
 * ```
 */
export async function loadWeightsDirectory(
  directory: string,
  options: { card?: CardDraft | ModelCard } = {},
): Promise<LoadedModel> {
  checkPath('loadWeightsDirectory: directory', directory);
  checkOptions('loadWeightsDirectory', options, ['card']);
  const model = await readModel(directory);
  const card = options.card ?? ((await readJson(join(directory, 'card.json'))) as ModelCard);
  return decodeModel({ ...model, card }, directory);
}

/**
 * Writes bundled weights as plain `model.json`, `weights.bin` and `card.json`, for those who serve files.
 *
 * @param name A bundled name, or `'default'`.
 * @param directory The directory; made if needed.
 * @throws `InputError` if there are no weights of that name, and as `saveWeights`.
 * @example
 * ```ts
 * await exportBundledWeights('deep', 'public/models/deep');
 * // in a page: tf.loadLayersModel('models/deep/model.json') or loadWeights('models/deep/model.json')
 * ```
 */
export async function exportBundledWeights(name: BundledModel | 'default', directory: string): Promise<void> {
  checkPath('exportBundledWeights: directory', directory);
  await saveWeights(directory, await readBundled(name));
}

/**
 * A tfjs handler for a directory, which plain tfjs has only with its native backend. Saving stores float32 and, if the model was loaded
 * with a card, what its author wrote on it.
 *
 * @param directory The directory; made on saving if needed.
 * @returns The handler for `model.save`, `tf.loadLayersModel` and `loadWeights`.
 * @throws `InputError` if the directory is no path; later `WeightsError` that names the file that is missing or damaged, and `FerError`
 *   if a file cannot be written.
 * @example
 * ```ts
 * await model.save(directoryHandler('my-model'));
 * ```
 */
export function directoryHandler(directory: string): tf.io.IOHandler {
  checkPath('directoryHandler: directory', directory);
  return {
    async load() {
      const { modelJson, weights } = await readModel(directory);
      const card = await readJson(join(directory, 'card.json')).catch(ignoreMissing);
      const { weightsManifest: _manifest, ...artifacts } = modelJson;
      const metadata = { ...modelJson.userDefinedMetadata, ...(card ? { [CARD_KEY]: card } : {}) };
      const weightSpecs = [...specsOf(directory, modelJson)];
      return { ...artifacts, weightSpecs, weightData: weights, userDefinedMetadata: metadata };
    },
    async save(artifacts) {
      const { weightSpecs = [], weightData = [], userDefinedMetadata, modelTopology = {}, ...rest } = artifacts;
      const { [CARD_KEY]: draft, ...metadata } = userDefinedMetadata ?? {};
      const weights = tf.io.CompositeArrayBuffer.join(weightData);
      const weightsManifest = [{ paths: [], weights: weightSpecs }];
      const modelJson = { ...rest, modelTopology, weightsManifest, userDefinedMetadata: metadata };
      await writeFiles({
        ...modelFiles('directoryHandler.save', directory, modelJson, weights),
        ...(draft ? cardFile(directory, await completeCard(draft as CardDraft, weightSpecs, weights)) : {}),
      });
      return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
    },
  };
}

function modelFiles(where: string, directory: string, modelJson: tf.io.ModelJSON, weights: ArrayBuffer) {
  const weightsManifest = [{ paths: ['weights.bin'], weights: [...specsOf(where, modelJson)] }];
  return {
    [join(directory, 'weights.bin')]: new Uint8Array(weights),
    [join(directory, 'model.json')]: `${JSON.stringify({ ...modelJson, weightsManifest })}\n`,
  };
}

function cardFile(directory: string, card: CardDraft | ModelCard) {
  return { [join(directory, 'card.json')]: `${JSON.stringify(card, null, 2)}\n` };
}

async function readModel(directory: string): Promise<Omit<StoredModel, 'card'>> {
  const file = join(directory, 'model.json');
  const modelJson = (await readJson(file)) as tf.io.ModelJSON;
  specsOf(file, modelJson);
  const paths = modelJson.weightsManifest.flatMap((group) => group.paths);
  const parts = await Promise.all(paths.map((path) => read(join(directory, path))));
  return { modelJson, weights: await new Blob(parts).arrayBuffer() };
}

function ignoreMissing(error: WeightsError): undefined {
  if ((error.cause as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

async function readJson(file: string): Promise<unknown> {
  const text = new TextDecoder().decode(await read(file));
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new WeightsError({ where: file, expected: 'JSON', received: JSON.stringify(text.slice(0, 40)), cause });
  }
}

async function read(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new WeightsError({ where: file, expected: 'a file that can be read', received: 'none', cause });
  }
}
