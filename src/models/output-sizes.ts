import type * as tfl from '@tensorflow/tfjs-layers';
import { FerError, inputError, reasonOf } from '../errors';
import { allLayers } from '../tfjs/layers';

/** Maximum number of values that a layer may put out for one image: 256 MB, ten times those of the largest models. */
const MAX_OUTPUT = 2 ** 26;

/** What outputs are expected, for messages. */
export const SMALL_OUTPUTS = `outputs of at most ${MAX_OUTPUT} values for an image`;

/** Whether an output is more than a backend can hold, such as that of an upsampling by thousands; sides that are not known count as 1. */
export function isTooLarge(shape: tfl.Shape): boolean {
  return shape.reduce<number>((product, side) => product * (side ?? 1), 1) > MAX_OUTPUT;
}

/** Whether a layer is a Sequential, whose own `computeOutputShape` always fails in tfjs. */
const isChain = (layer: tfl.layers.Layer): layer is tfl.Sequential => layer.getClassName() === 'Sequential';

/**
 * Throws if a layer of a model for images of any size puts out too much for those of one size.
 *
 * @param model The model; borrowed.
 * @param size Height, width and channels of the images.
 * @throws InputError that names the layer, or says why the model does not take that size.
 */
export function checkSizes(model: tfl.LayersModel, size: readonly number[]): void {
  const layers = [model, ...allLayers(model.layers)];
  const before = layers.map((layer) => Object.getOwnPropertyDescriptor(layer, 'computeOutputShape'));
  for (const layer of layers) {
    const { computeOutputShape } = layer;
    layer.computeOutputShape = (shapes) => {
      const outputs = isChain(layer)
        ? layer.layers.reduce((shape, each) => each.computeOutputShape(shape) as tfl.Shape, shapes as tfl.Shape)
        : computeOutputShape.call(layer, shapes);
      const tooLarge = (Array.isArray(outputs[0]) ? (outputs as tfl.Shape[]) : [outputs as tfl.Shape]).find(isTooLarge);
      if (!tooLarge) return outputs;
      throw inputError(': model', SMALL_OUTPUTS, `[${tooLarge.join(', ')}] of '${layer.name}'`);
    };
  }
  try {
    model.computeOutputShape([1, ...size]);
  } catch (error) {
    if (error instanceof FerError) throw error;
    throw inputError(': model', `a model for images of ${size.join(' × ')}`, reasonOf(error));
  } finally {
    layers.forEach((layer, i) => {
      if (before[i]) Object.defineProperty(layer, 'computeOutputShape', before[i]);
      else Reflect.deleteProperty(layer, 'computeOutputShape');
    });
  }
}
