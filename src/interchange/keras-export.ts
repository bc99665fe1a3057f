import type * as tfl from '@tensorflow/tfjs-layers';
import { within } from '../errors';

/**
 * Writes a model as a `.keras` file, which Keras 3 opens with `keras.models.load_model`, predicts with and continues to train. Needs the
 * packages `h5wasm` and `fflate`.
 *
 * Layers keep their names, regularizers, constraints and whether they are frozen; initializers and the optimizer are not written, so that
 * the model must be compiled before it is trained.
 *
 * @param model A model of the layers that {@link importKeras} reads; borrowed.
 * @returns The file.
 * @throws `InputError` if the argument is not a model.
 * @throws `WeightsError` that names the layer, if Keras 3 has none that computes the same.
 * @throws `FerError` if `h5wasm` or `fflate` is not installed.
 * @example
 * ```ts
 * const { model } = await loadModel('shallow');
 * await writeFile('shallow.keras', await exportKeras(model));
 * // in Python: keras.models.load_model('shallow.keras')
 * ```
 */
export async function exportKeras(model: tfl.LayersModel): Promise<Uint8Array> {
  const { writeKeras } = await import('./keras-write');
  return within('exportKeras', () => writeKeras(model));
}
