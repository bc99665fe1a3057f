import { readFile } from 'node:fs/promises';
import type * as tfl from '@tensorflow/tfjs-layers';
import { exportKeras } from '../interchange/keras-export';
import { importKeras } from '../interchange/keras-import';
import { WeightsError } from '../errors';
import { checkPath } from './check-path';
import { writeFiles } from './write-files';

/**
 * Reads a model of Keras from disk; see `importKeras`.
 *
 * @param path A `.keras` file, an `.h5` file of a whole model, or the JSON of an architecture.
 * @param weights Beside a JSON: the `.h5` or `.weights.h5` file of its weights.
 * @returns The model; the caller's, who disposes of it.
 * @throws `InputError` if a path is none; `WeightsError` that names the file, if it cannot be read; whatever `importKeras` throws.
 * @example
 * ```ts
 * const model = await readKeras('model.keras');
 * const old = await readKeras('model_4layer_2_2_pool.json', 'model_4layer_2_2_pool.h5');
 * ```
 */
export async function readKeras(path: string, weights?: string): Promise<tfl.LayersModel> {
  checkPath('readKeras: path', path);
  if (weights !== undefined) checkPath('readKeras: weights', weights);
  const first = await read(path);
  return importKeras(weights === undefined ? { file: first } : { json: first, weights: await read(weights) });
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const received = `the failure "${(cause as Error).message}"`;
    throw new WeightsError({ where: `readKeras: ${file}`, expected: 'a file that can be read', received, cause });
  }
}

/**
 * Writes a model to disk as a `.keras` file, whole or not at all; see `exportKeras`.
 *
 * @param path The file, whose name should end in `.keras`; its folder is made if needed.
 * @param model The model; borrowed.
 * @throws `InputError` if the path is none; `FerError` that names the file, if it cannot be written; whatever `exportKeras` throws.
 * @example
 * ```ts
 * await writeKeras('shallow.keras', createShallowCnn());
 * ```
 */
export async function writeKeras(path: string, model: tfl.LayersModel): Promise<void> {
  checkPath('writeKeras: path', path);
  await writeFiles({ [path]: await exportKeras(model) });
}
