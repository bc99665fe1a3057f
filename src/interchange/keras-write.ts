import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError, within } from '../errors';
import { checkModel } from '../models/facts';
import { type Hdf5Tensor, type Hdf5Writer, writeHdf5 } from './hdf5';
import { isModel } from '../tfjs/layers';
import { architectureToKeras, modelClass } from './keras-architecture';
import { kerasPlaces } from './keras-weights';
import { zip } from './zip';

type Layer = tfl.layers.Layer;
type Weight = Layer['weights'][number];

/** Version of the format: that of the first Keras 3. */
const VERSION = '3.0.0';

/** Writes a `.keras` file; see `exportKeras`. */
export async function writeKeras(model: tfl.LayersModel): Promise<Uint8Array> {
  within(': model', () => checkModel(model));
  checkNorms(model);
  const config = architectureToKeras(model);
  const values = new Map<Weight, Hdf5Tensor>();
  for (const weight of model.weights) {
    values.set(weight, { shape: weight.shape as number[], values: await weight.read().data<'float32'>() });
  }
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return zip({
    'metadata.json': json({ keras_version: VERSION }),
    'config.json': json(config),
    'model.weights.h5': await writeHdf5((file) => writeModel(file, '', model, values)),
  });
}

/** Refuses batch norm along another axis than the last, which backends of tfjs compute as if it were the last. */
function checkNorms(model: tfl.LayersModel): void {
  for (const layer of model.layers) {
    if (isModel(layer)) checkNorms(layer);
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const axis = layer.getConfig()['axis'] as number;
    const last = (layer.inboundNodes[0]!.inputShapes[0] as tfl.Shape).length - 1;
    if (axis === -1 || axis === last) continue;
    const where = `: layer '${layer.name}' (BatchNormalization)`;
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
