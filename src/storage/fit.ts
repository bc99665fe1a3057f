import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError } from '../errors';
import { describe, isObject } from '../validate';
import { foreignFormat } from './foreign';

/**
 * The specifications of all weights of a `model.json`, in the order of the data.
 *
 * @param modelJson The parsed file, not yet looked at.
 * @param anyKeras Whether its topology may be one of Keras 3, which tfjs does not read.
 * @throws {@link WeightsError} if it is not what tfjs writes for a LayersModel.
 */
export function specsOf(
  file: string,
  modelJson: tf.io.ModelJSON,
  anyKeras = false,
): readonly tf.io.WeightsManifestEntry[] {
  const foreign = foreignFormat(file, modelJson, anyKeras);
  if (foreign) throw foreign;
  const groups: unknown = modelJson?.weightsManifest;
  const isManifest = Array.isArray(groups) && groups.every((group) => isObject(group) && isGroup(group));
  if (!isObject(modelJson?.modelTopology) || !isManifest) {
    throw weightsError(
      file,
      'an object with modelTopology and weightsManifest, as tfjs saves a LayersModel',
      describe(modelJson),
    );
  }
  const paths = modelJson.weightsManifest.flatMap((group) => group.paths);
  const strange = paths.find((path) => !isBelow(path));
  if (strange !== undefined) {
    const expected = 'weight files beside it or in a folder there, by plain names';
    throw weightsError(`${file}: weightsManifest: paths`, expected, describe(strange));
  }
  return modelJson.weightsManifest.flatMap(({ weights }) => weights);
}

/**
 * Whether a path leads to a file beside `model.json` or in a folder there: relative, of plain names, without "..", without signs that mean
 * something in a URL, and without control characters and outer blanks, which parsing a URL leaves out. tfjs itself writes a leading "./".
 */
function isBelow(path: unknown): boolean {
  if (typeof path !== 'string') return false;
  const names = path.replace(/^\.\//, '').split('/');
  return names.every(
    (name) => name === name.trim() && !['', '.', '..'].includes(name) && !/[\\:?#%\p{C}\u2028\u2029]/u.test(name),
  );
}

function isGroup({ paths, weights }: Record<string, unknown>): boolean {
  return Array.isArray(paths) && Array.isArray(weights) && weights.every(isObject);
}

/**
 * The length of stored weights in bytes, after a look at every specification.
 *
 * @throws {@link WeightsError} that names the tensor, if a specification is not one of a float32 tensor or stands there twice.
 */
export function storedBytes(specs: readonly tf.io.WeightsManifestEntry[]): number {
  const names = new Set<string>();
  let bytes = 0;
  for (const { name, shape, dtype, quantization } of specs) {
    const size = quantization ? QUANTIZED_BYTES.get(quantization.dtype) : 4;
    const affine = quantization && quantization.dtype !== 'float16';
    const whole = Array.isArray(shape) && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
    const decodable = !affine || (Number.isFinite(quantization.min) && Number.isFinite(quantization.scale));
    const isNamed = typeof name === 'string' && name !== '__proto__'; // under which tf.io.decodeWeights loses all tensors
    if (!isNamed || dtype !== 'float32' || !size || !whole || !decodable || names.has(name)) {
      throw weightsError(
        `: weight '${name}'`,
        'a float32 tensor with a name, each once, stored as float32, float16 or, with min and scale, as uint8 or uint16',
        names.has(name) ? 'it twice' : JSON.stringify({ name, shape, dtype, quantization }),
      );
    }
    names.add(name);
    bytes += size * tf.util.sizeFromShape(shape);
  }
  return bytes;
}

const QUANTIZED_BYTES: ReadonlyMap<unknown, number> = new Map([
  ['float16', 2],
  ['uint16', 2],
  ['uint8', 1],
]);

/**
 * Throws unless stored weights are exactly those that a model has, by name and shape.
 *
 * @param model The model; borrowed.
 * @throws {@link WeightsError} that names the first tensor that is missing, too many, or of another shape.
 */
export function checkWeightsFit(model: tfl.LayersModel, specs: readonly tf.io.WeightsManifestEntry[]): void {
  const stored = new Map(specs.map(({ name, shape }) => [name, shape]));
  for (const { originalName: name, shape } of model.weights) {
    const found = stored.get(name);
    if (!found || !tf.util.arraysEqual(found, shape as number[])) {
      const received = found ? `shape [${found.join(', ')}]` : 'no such weight';
      throw weightsError(`: weight '${name}'`, `shape [${shape.join(', ')}]`, received);
    }
    stored.delete(name);
  }
  const [extra] = stored.keys();
  if (extra !== undefined) {
    throw weightsError('', 'only weights that the topology has', `'${extra}' besides`);
  }
}
