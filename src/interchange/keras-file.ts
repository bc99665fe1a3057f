import * as tf from '@tensorflow/tfjs-core';
import { WeightsError, weightsError, within } from '../errors';
import { kindOf } from '../file-kind';
import { specsOf, storedBytes } from '../storage/fit';
import { foreignFormat } from '../storage/foreign';
import { describe, isObject } from '../validate';
import { isHdf5, readHdf5, type StoredTensor } from './hdf5';
import type { Json } from './keras-layers';
import type { KerasLayer } from './keras-model';
import { findNamed, findWeights, type Setter } from './keras-weights';
import { isZip, unzip } from './zip';

/** Weights in a file. */
export interface StoredWeights {
  /** A number that the number of values does not exceed. */
  size: number;
  /** Version of Keras that wrote them, if the file says so. */
  version?: string | undefined;
  /** Finds a value for each weight of a model; see {@link findWeights}. */
  find(where: string, layers: readonly KerasLayer[], backend?: string): Promise<Setter[]>;
}

/** An architecture and a way to its weights. */
export interface KerasFile extends StoredWeights {
  /** The parsed architecture. */
  config: Json;
  /** Major version of Keras that wrote it. */
  major: number;
}

/** A file and its place, for messages. */
export interface Placed<T = Uint8Array> {
  where: string;
  content: T;
}

/**
 * Opens a whole model: Keras 3's `.keras`, or `.h5`.
 *
 * @param file The file; borrowed.
 * @throws {@link WeightsError} if it is neither, or damaged.
 */
export async function openModelFile({ where, content }: Placed): Promise<KerasFile> {
  if (isZip(content)) {
    const names = ['config.json', 'model.weights.h5'];
    const members = await within(where, () => unzip(content, names));
    const [json, weights] = members.map((member, i) => ({ where: `${where}: ${names[i]!}`, content: member }));
    return openParts(json!, [weights!]);
  }
  if (!isHdf5(content)) throw notExpected(where, 'a .keras file (zip) or an .h5 file (HDF5)', content);
  const config = await within(where, () => readHdf5(content, (file) => file.texts('', 'model_config')?.[0]));
  const json = { where, content: new TextEncoder().encode(config) };
  if (config !== undefined) return openParts(json, [{ where, content }]);
  throw weightsError(
    where,
    'a whole model',
    'weights without an architecture',
    'Give the architecture too, as { json, weights }, or a model that was built here, as { model, weights }.',
  );
}

/**
 * Opens an architecture and its weights in other files, as Keras or the converter of TensorFlow.js write them.
 *
 * @param json The architecture: bytes, or the parsed JSON; borrowed.
 * @param weights An HDF5 file, or the binary files of a converted model in the order of its manifest; borrowed.
 * @throws {@link WeightsError} if one of them is damaged.
 */
export async function openParts(json: Placed<unknown>, weights: readonly Placed[]): Promise<KerasFile> {
  const { content } = json;
  const config = content instanceof Uint8Array ? within(json.where, () => parse(content)) : (content as Json);
  const foreign = foreignFormat(json.where, config, true);
  if (foreign) throw foreign;
  if (isConverted(config)) return within(json.where, () => openConverted(config, weights));
  const { keras_version: version, module } = Object(config) as { keras_version?: unknown; module?: unknown };
  const stored = await openWeights(weights[0]!);
  const written = typeof version === 'string' ? version : stored.version;
  return { ...stored, config, major: Number.parseInt(written ?? (module ? '3' : '1'), 10) };
}

/**
 * Opens a file of weights.
 *
 * @param file An HDF5 file; borrowed.
 * @throws {@link WeightsError} if it is not an HDF5 file.
 */
export async function openWeights({ where, content }: Placed): Promise<StoredWeights> {
  if (!isHdf5(content)) throw notExpected(where, 'an HDF5 file', content);
  return {
    size: content.length,
    version: await within(where, () => readHdf5(content, (file) => file.texts('', 'keras_version')?.[0])),
    find: (model, layers, backend) =>
      within(where, () => readHdf5(content, (file) => within(model, () => findWeights(file, layers, backend)))),
  };
}

/** A `model.json` of TensorFlow.js: a topology, and a manifest of weights in other files. */
type Converted = tf.io.ModelJSON & { modelTopology: { [key: string]: Json } };

const isConverted = (json: unknown): json is Converted =>
  isObject(json) && isObject(json['modelTopology']) && 'weightsManifest' in json;

/**
 * The names of the binary files that a `model.json` wants, in their order.
 *
 * @param file The file, not yet looked at; borrowed.
 * @returns Paths of files beside it or in a folder there; undefined if it is no `model.json` with a manifest.
 * @throws {@link WeightsError} if it is a graph model, or a path leads elsewhere.
 */
export function weightFiles({ where, content }: Placed): string[] | undefined {
  if (!/^\s*\{/.test(String.fromCharCode(...content.subarray(0, 16)))) return undefined;
  const json = within(where, () => parse(content));
  if (!isConverted(json)) return undefined;
  specsOf(where, json, true);
  return json.weightsManifest.flatMap(({ paths }) => paths);
}

/** Opens what `tensorflowjs_converter` writes for any version of Keras, and what TensorFlow.js saves. */
function openConverted(json: Converted, files: readonly Placed[]): KerasFile {
  const specs = specsOf('', json, true);
  const size = files.reduce((sum, { content }) => sum + content.length, 0);
  const wanted = storedBytes(specs);
  const place = [...new Set(files.map((file) => file.where))].join(', ');
  if (size !== wanted) throw weightsError(place, `${wanted} bytes, as the manifest says`, `${size}`);
  const { modelTopology: topology } = json;
  return {
    config: topology['model_config'] ?? topology,
    major: Number.parseInt(String(topology['keras_version']), 10) || 2, // tfjs writes as Keras 2 does
    size: specs.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape), 0),
    async find(model, layers) {
      const data = new Uint8Array(size);
      files.reduce((at, { content }) => (data.set(content, at), at + content.length), 0);
      const tensors = tf.io.decodeWeights(data.buffer, [...specs]);
      try {
        const stored = new Map<string, StoredTensor>();
        for (const [name, tensor] of Object.entries(tensors)) {
          const values = await tensor.data<'float32'>();
          stored.set(name, { shape: tensor.shape, read: () => values });
        }
        return within(model, () => findNamed(stored, layers));
      } finally {
        tf.dispose(tensors);
      }
    },
  };
}

/** Other files that are taken for models of Keras. */
const OTHERS: readonly (readonly [beginning: RegExp, name: string, remedy: string])[] = [
  [
    /^\s*\{/,
    'JSON, which has no weights',
    'Give the architecture and its weights: { json, weights }, or the path of a model.json with its binary files beside it.',
  ],
  [
    /^[^]{4}TFL3/,
    'a TensorFlow Lite model',
    'It has no layers any more: import the Keras file that it was converted from.',
  ],
  [/^[\b]/, 'a SavedModel or ONNX file', 'Load it in Python, save it with model.save("model.keras"), and import that.'],
  [/^\x80/, 'a Python pickle', 'Load it in Python, save its model with model.save("model.keras"), and import that.'],
];

/** What a file is that is not what it should be, and what to do about it. */
function otherFormat(bytes: Uint8Array, isJson: boolean): { name: string; remedy: string | undefined } {
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  const [, name = describe(start), remedy] = OTHERS.slice(+isJson).find(([beginning]) => beginning.test(start)) ?? [];
  return kindOf(bytes) ?? { name, remedy };
}

function notExpected(where: string, expected: string, bytes: Uint8Array, cause?: unknown): WeightsError {
  const { name, remedy } = otherFormat(bytes, expected === 'JSON');
  return new WeightsError({
    where,
    expected,
    received: bytes.length === 0 ? 'an empty file' : name,
    remedy,
    cause,
  });
}

function parse(bytes: Uint8Array): Json {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Json;
  } catch (cause) {
    throw notExpected('', 'JSON', bytes, cause);
  }
}
