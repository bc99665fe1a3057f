import type * as tfl from '@tensorflow/tfjs-layers';
import { WeightsError, weightsError } from '../errors';
import { describe } from '../validate';
import { foreignFormat } from '../storage/foreign';
import { otherFormat } from './formats';
import { isHdf5, readHdf5 } from './hdf5';
import type { Json } from './keras-layers';
import { findConverted, isConverted } from './keras-manifest';
import type { KerasLayer } from './keras-topology';
import { findWeights, type FoundValue } from './keras-weights';
import { isZip, unzip } from './zip';

/** What the weights of a model are found by. */
export interface StoredWeights {
  /** Length of the weights in bytes, which no number of values exceeds. */
  size: number;
  /** Reads a value for each weight of a model whose layers Keras names so; see {@link findWeights}. */
  find(where: string, model: tfl.LayersModel, layers: readonly KerasLayer[], backend?: string): Promise<FoundValue[]>;
}

/** An architecture that was read and a way to its weights. */
export interface KerasFile extends StoredWeights {
  /** The parsed architecture. */
  config: Json;
  /** Major version of Keras that wrote it. */
  major: number;
}

/**
 * Opens a whole model: Keras 3's `.keras`, or `.h5`.
 *
 * @param where The file, for messages.
 * @param bytes The file; borrowed.
 * @returns Its parts.
 * @throws {@link WeightsError} if it is neither, or damaged.
 */
export async function openModelFile(where: string, bytes: Uint8Array): Promise<KerasFile> {
  if (isZip(bytes)) {
    const [config, weights] = await unzip(where, bytes, ['config.json', 'model.weights.h5']);
    return openParts(`${where}: config.json`, config!, `${where}: model.weights.h5`, [weights!]);
  }
  if (!isHdf5(bytes)) throw notExpected(where, 'a .keras file (zip) or an .h5 file (HDF5)', bytes);
  const config = await readHdf5(where, bytes, (file) => file.texts('', 'model_config')?.[0]);
  if (config !== undefined) return openParts(where, config, where, [bytes]);
  throw weightsError(
    where,
    'a whole model',
    'weights without an architecture',
    'Give the architecture too, as { json, weights }, or a model that was built here, as { model, weights }.',
  );
}

/**
 * Opens an architecture and its weights, which stand apart: as Keras writes them, or the converter of TensorFlow.js.
 *
 * @param jsonPlace The architecture, for messages.
 * @param json The architecture: text, its bytes, or parsed; borrowed.
 * @param weightsPlace The weights, for messages.
 * @param weights An HDF5 file, or the binary files of a converted model in the order of its manifest; borrowed.
 * @returns The parts.
 * @throws {@link WeightsError} if one of them is damaged.
 */
export async function openParts(
  jsonPlace: string,
  json: unknown,
  weightsPlace: string,
  weights: readonly Uint8Array[],
): Promise<KerasFile> {
  const config = await parse(jsonPlace, json);
  const foreign = foreignFormat(jsonPlace, config, true);
  if (foreign) throw foreign;
  if (isConverted(config)) return findConverted(jsonPlace, config, weightsPlace, weights);
  const { keras_version: version, module } = (config ?? {}) as { keras_version?: unknown; module?: unknown };
  const stored = await openWeights(weightsPlace, weights[0]!);
  const written = typeof version === 'string' ? version : stored.version;
  return { ...stored, config, major: Number.parseInt(written ?? (module ? '3' : '1'), 10) };
}

/**
 * Opens a file of weights.
 *
 * @param where The file, for messages.
 * @param bytes An HDF5 file; borrowed.
 * @returns A way to its weights, and the version of Keras that wrote it if it says so.
 * @throws {@link WeightsError} if it is not an HDF5 file.
 */
export async function openWeights(
  where: string,
  bytes: Uint8Array,
): Promise<StoredWeights & { version?: string | undefined }> {
  if (!isHdf5(bytes)) throw notExpected(where, 'an HDF5 file', bytes);
  return {
    size: bytes.length,
    version: await readHdf5(where, bytes, (file) => file.texts('', 'keras_version')?.[0]),
    find: (network, model, layers, backend) =>
      readHdf5(where, bytes, (file) => findWeights(network, file, model, layers, backend)),
  };
}

function notExpected(where: string, expected: string, bytes: Uint8Array): WeightsError {
  if (bytes.length === 0) return weightsError(where, expected, 'an empty file');
  const { what = 'another kind of file', remedy } = otherFormat(bytes) ?? {};
  return weightsError(where, expected, what, remedy);
}

async function parse(where: string, json: unknown): Promise<Json> {
  if (json instanceof Uint8Array) return parse(where, new TextDecoder().decode(json));
  if (typeof json !== 'string') return json as Json;
  try {
    return JSON.parse(json) as Json;
  } catch (cause) {
    const { what, remedy } = otherFormat(new TextEncoder().encode(json.slice(0, 64))) ?? {};
    throw new WeightsError({ where, expected: 'JSON', received: what ?? describe(json.slice(0, 40)), remedy, cause });
  }
}
