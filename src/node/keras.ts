import { readFile } from 'node:fs/promises';
import type * as tfl from '@tensorflow/tfjs-layers';
import { exportKeras } from '../interchange/keras-export';
import { importKeras } from '../interchange/keras-import';
import { writeFiles } from './write-files';

/**
 * Reads a model of Keras from disk; see `importKeras`.
 *
 * @param path A `.keras` file, an `.h5` file of a whole model, or the JSON of an architecture.
 * @param weights Beside a JSON: the `.h5` or `.weights.h5` file of its weights.
 * @returns The model; the caller's, who disposes of it.
 * @throws The file system's error; whatever `importKeras` throws.
 * @example
 * ```ts
 * const model = await readKeras('model.keras');
 * const old = await readKeras('model_4layer_2_2_pool.json', 'model_4layer_2_2_pool.h5');
 * ```
 */
export async function readKeras(path: string, weights?: string): Promise<tfl.LayersModel> {
  const first = await readFile(path);
  return importKeras(weights === undefined ? { file: first } : { json: first, weights: await readFile(weights) });
}

/**
 * Writes a model to disk as a `.keras` file, whole or not at all; see `exportKeras`.
 *
 * @param path The file, whose name should end in `.keras`; its folder is made if needed.
 * @param model The model; borrowed.
 * @throws `FerError` that names the file, if it cannot be written; whatever `exportKeras` throws.
 * @example
 * ```ts
 * await writeKeras('shallow.keras', createShallowCnn());
 * ```
 */
export async function writeKeras(path: string, model: tfl.LayersModel): Promise<void> {
  await writeFiles({ [path]: await exportKeras(model) });
}
