import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { WeightsError, weightsError, within } from '../errors';
import { isTooLarge, SMALL_OUTPUTS } from '../models/output-sizes';
import { allLayers } from '../tfjs/layers';
import { modelOf, withWeightLimit } from '../tfjs/topology';
import { checkGraph } from './check-graph';

/**
 * Builds the model of a stored topology with all weights zero. A topology is not trusted: one that tfjs would never finish to
 * build is refused before, one whose layers want more weights than are stored as soon as they do, and nothing is fetched.
 *
 * @param topology The field `modelTopology` of a `model.json`.
 * @param values Number of values in the stored weights.
 * @returns The model; the caller's.
 * @throws {@link WeightsError} if it cannot be built. Nothing is left over.
 */
export async function buildModel(file: string, topology: object, values: number): Promise<tfl.LayersModel> {
  const where = `${file}: modelTopology`;
  within(where, () => checkGraph('model_config' in topology ? topology.model_config : topology));
  return within(where, () => buildWithin(values, () => modelOf(topology)));
}

/**
 * Builds a model with all weights zero, and no more of them than are stored.
 *
 * @param values Number of values in the stored weights.
 * @param build Makes all variables before its first await, so that those of a failed attempt can be told apart.
 * @returns The model; the caller's.
 * @throws {@link WeightsError} if it cannot be built, or has layers that do not lead to its output. Nothing is left over.
 */
export async function buildWithin(values: number, build: () => Promise<tfl.LayersModel>): Promise<tfl.LayersModel> {
  const { registeredVariables } = tf.engine();
  const before = new Set(Object.keys(registeredVariables));
  const tooMany = () => weightsError('', `layers with ${values} weights, as stored`, 'larger ones');
  const building = withWeightLimit(values, tooMany, build);
  const made = Object.values(registeredVariables).filter(({ name }) => !before.has(name));
  try {
    const model = await building;
    checkOutputs(model);
    if (model.weights.length === made.length) return model;
    const expected = 'layers that all lead to its output';
    throw weightsError('', expected, `weights of others, ${made.length} in all`);
  } catch (cause) {
    tf.dispose(made);
    if (cause instanceof WeightsError) throw cause;
    throw new WeightsError({ where: '', expected: 'a topology of tfjs layers', received: 'another', cause });
  }
}

/** Throws if a layer puts out more than a backend can hold, such as an upsampling by thousands. */
function checkOutputs(model: tfl.LayersModel): void {
  for (const layer of allLayers(model.layers)) {
    for (const { outputShapes } of layer.inboundNodes) {
      for (const shape of outputShapes as readonly tfl.Shape[]) {
        if (isTooLarge(shape)) throw weightsError('', SMALL_OUTPUTS, `[${shape.join(', ')}] of '${layer.name}'`);
      }
    }
  }
}
