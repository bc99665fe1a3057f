import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { weightsError } from '../errors';
import { specsOf, storedBytes } from '../storage/fit';
import { isObject } from '../storage/schema';
import type { KerasFile } from './keras-file';
import type { Json } from './keras-layers';
import { rescalingOf } from './keras-normalization';
import type { KerasLayer } from './keras-topology';
import type { FoundValue } from './keras-weights';

/** Whether JSON is a `model.json` of TensorFlow.js: a topology, and a manifest of weights that stand in other files. */
export function isConverted(json: Json): json is { modelTopology: { [key: string]: Json } } {
  return isObject(json) && isObject(json['modelTopology']) && 'weightsManifest' in json;
}

/**
 * The names of the binary files that a `model.json` wants, in their order.
 *
 * @param file The `model.json`, for messages.
 * @param bytes Its content, not yet looked at; borrowed.
 * @returns Paths that lead nowhere but beside it or below; undefined if it is no `model.json` with a manifest.
 * @throws {@link WeightsError} if it is a graph model, or a path leads elsewhere.
 */
export function weightFiles(file: string, bytes: Uint8Array): string[] | undefined {
  if (!/^\s*\{/.test(String.fromCharCode(...bytes.subarray(0, 16)))) return undefined;
  let json: Json;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes)) as Json;
  } catch {
    return undefined; // whoever reads it says so
  }
  if (!isConverted(json)) return undefined;
  const modelJson = json as unknown as tf.io.ModelJSON;
  specsOf(file, modelJson, true);
  return modelJson.weightsManifest.flatMap(({ paths }) => paths);
}

/**
 * Opens a `model.json` of TensorFlow.js and its weights, as `tensorflowjs_converter` writes them for any version of Keras.
 *
 * @param file The `model.json`, for messages.
 * @param json It, parsed.
 * @param weightsPlace Its binary files, for messages.
 * @param files Their contents in the order of the manifest; borrowed.
 * @returns The architecture and a way to the weights.
 * @throws {@link WeightsError} if it is not what tfjs or the converter write, or the files are of another length.
 */
export function findConverted(
  file: string,
  json: { modelTopology: { [key: string]: Json } },
  weightsPlace: string,
  files: readonly Uint8Array[],
): KerasFile {
  const { modelTopology } = json;
  const specs = specsOf(file, json as unknown as tf.io.ModelJSON, true);
  const [wanted, size] = [storedBytes(file, specs), files.reduce((sum, { length }) => sum + length, 0)];
  if (size !== wanted) throw weightsError(weightsPlace, `${wanted} bytes, as the manifest says`, `${size}`);
  const major = Number.parseInt(String(modelTopology['keras_version']), 10);
  return {
    config: modelTopology['model_config'] ?? modelTopology,
    major: Number.isNaN(major) ? 2 : major, // tfjs's own are written as by Keras 2
    size: 4 * specs.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape), 0),
    async find(where, model, layers) {
      const data = new Uint8Array(size);
      files.reduce((at, bytes) => (data.set(bytes, at), at + bytes.length), 0);
      const tensors = tf.io.decodeWeights(data.buffer, [...specs]);
      try {
        const found: FoundValue[] = [];
        const left = new Set(Object.keys(tensors));
        for (const { layer, entry, path } of leaves(model, layers)) {
          const place = `${where}: layer '${entry.name}' (${entry.className})`;
          const take = async (name: string, shape?: readonly (number | null)[]) => {
            const key = keyOf(place, [...left], path, name);
            const tensor = tensors[key]!;
            if (shape && tensor.shape.join() !== shape.join()) {
              const received = `shape [${tensor.shape.join(', ')}] in '${key}'`;
              throw weightsError(`${place}: weight '${name}'`, `shape [${shape.join(', ')}]`, received);
            }
            left.delete(key);
            return { shape: tensor.shape, values: await tensor.data<'float32'>() };
          };
          if (entry.statistics) {
            const settings = rescalingOf(place, entry.statistics, await take('mean'), await take('variance'));
            found.push({ layer, settings });
          }
          for (const weight of layer.weights) {
            const value = await take(weight.originalName.split('/').at(-1)!, weight.shape);
            found.push({ weight, ...value, outFirst: false, turned: false });
          }
        }
        const [extra] = left;
        if (extra === undefined || extra.endsWith('/count')) return found;
        throw weightsError(where, 'only weights that the topology has', `'${extra}' besides`);
      } finally {
        tf.dispose(tensors);
      }
    },
  };
}

interface Leaf {
  layer: tfl.layers.Layer;
  entry: KerasLayer;
  /** Names of the models that it is in, and its own. */
  path: readonly string[];
}

function leaves(model: tfl.LayersModel, layers: readonly KerasLayer[], path: readonly string[] = []): Leaf[] {
  return layers.flatMap((entry): Leaf[] => {
    const layer = model.getLayer(entry.name);
    const inner = [...path, entry.name];
    return entry.layers ? leaves(layer as tfl.LayersModel, entry.layers, inner) : [{ layer, entry, path: inner }];
  });
}

/** The name in the manifest, `[model/]layer/weight`, of a layer's weight; with all models that it is in, if the layer's name alone does not tell. */
function keyOf(place: string, keys: readonly string[], path: readonly string[], weight: string): string {
  const ends = (names: readonly string[]) => {
    const end = [...names, weight].join('/');
    return keys.filter((key) => key === end || key.endsWith(`/${end}`));
  };
  const byName = ends(path.slice(-1));
  const found = byName.length > 1 ? ends(path) : byName;
  if (found.length === 1) return found[0]!;
  throw weightsError(
    `${place}: weight '${weight}'`,
    'one such weight',
    found.length === 0 ? 'none' : `${found.length}`,
  );
}
