import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError, within } from '../errors';
import { checkModel } from '../models/facts';
import { type Hdf5Tensor, type Hdf5Writer, writeHdf5 } from './hdf5';
import { architectureToKeras, isModel, modelClass } from './keras-architecture';
import { kerasPlaces } from './keras-weights';
import { zip } from './zip';

type Layer = tfl.layers.Layer;
type Weight = Layer['weights'][number];

const WHERE = 'exportKeras';

/** Version of the format: that of the first Keras 3. */
const VERSION = '3.0.0';

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
  within(`${WHERE}: model`, () => checkModel(model));
  checkNorms(model);
  const config = within(WHERE, () => architectureToKeras(model));
  const values = new Map<Weight, Hdf5Tensor>();
  for (const weight of model.weights) {
    values.set(weight, { shape: weight.shape as number[], values: await weight.read().data<'float32'>() });
  }
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return within(WHERE, async () =>
    zip({
      'metadata.json': json({ keras_version: VERSION }),
      'config.json': json(config),
      'model.weights.h5': await writeHdf5((file) => writeModel(file, '', model, values)),
    }),
  );
}

/** Refuses batch norm along another axis than the last, which backends of tfjs compute as if it were the last. */
function checkNorms(model: tfl.LayersModel): void {
  for (const layer of model.layers) {
    if (isModel(layer)) checkNorms(layer);
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const axis = layer.getConfig()['axis'] as number;
    const last = (layer.inboundNodes[0]!.inputShapes[0] as tfl.Shape).length - 1;
    if (axis === -1 || axis === last) continue;
    const where = `${WHERE}: layer '${layer.name}' (BatchNormalization)`;
    throw weightsError(where, `the last axis, -1 or ${last}`, `axis = ${axis}`);
  }
}

/** Writes the weights of a model where Keras 3 looks for them; see `findWeights`. */
function writeModel(
  file: Hdf5Writer,
  path: string,
  model: tfl.LayersModel,
  values: ReadonlyMap<Weight, Hdf5Tensor>,
): void {
  const place = kerasPlaces();
  file.attribute(`${path}vars`, 'name', model.name);
  for (const layer of model.layers) {
    const at = `${path}layers/${place(isModel(layer) ? modelClass(layer) : layer.getClassName())}/`;
    if (isModel(layer)) {
      writeModel(file, at, layer, values);
      continue;
    }
    file.attribute(`${at}vars`, 'name', layer.name);
    layer.weights.forEach((weight, i) => file.tensor(`${at}vars/${i}`, values.get(weight)!));
  }
}
