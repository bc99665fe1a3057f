import { inputError, WeightsError, weightsError } from '../errors';
import { describe } from '../validate';
import { type Hdf5Reader, isHdf5, readHdf5 } from './hdf5';
import type { Json } from './keras-layers';
import { isZip, unzip } from './zip';

/**
 * The content of a file, or a file of a browser.
 *
 * @example
 * ```ts
 * const file: FileContent = new Blob([await readFile('model.keras')]);
 * const model = await importKeras({ file });
 * ```
 */
export type FileContent = Uint8Array | ArrayBuffer | Blob;

/** An architecture that was read and a way to its weights. */
export interface KerasFile {
  /** The parsed architecture. */
  config: Json;
  /** Major version of Keras that wrote it. */
  major: number;
  /** Length of the weights in bytes, which no number of values exceeds. */
  size: number;
  /** Opens the weights. */
  readWeights: <T>(use: (file: Hdf5Reader) => T) => Promise<T>;
}

/**
 * Opens a whole model: Keras 3's `.keras`, or `.h5`.
 *
 * @param where What is opened, for messages.
 * @param content The file; borrowed.
 * @returns Its parts.
 * @throws {@link WeightsError} if it is neither, or damaged.
 */
export async function openModelFile(where: string, content: FileContent): Promise<KerasFile> {
  const bytes = await bytesOf(where, content);
  if (isZip(bytes)) {
    const [config, weights] = await unzip(where, bytes, ['config.json', 'model.weights.h5']);
    return openParts(where, config!, weights!);
  }
  if (!isHdf5(bytes)) {
    const received = bytes.length === 0 ? 'an empty file' : 'neither';
    throw weightsError(where, 'a .keras file (zip) or an .h5 file (HDF5)', received);
  }
  const config = await readHdf5(where, bytes, (file) => file.texts('', 'model_config')?.[0]);
  if (config !== undefined) return openParts(where, config, bytes);
  throw weightsError(
    where,
    'a whole model',
    'weights without an architecture',
    'Give the architecture too, as { json, weights }.',
  );
}

/**
 * Opens an architecture and its weights, which stand apart.
 *
 * @param where What is opened, for messages.
 * @param json The architecture: text, its bytes, or parsed; borrowed.
 * @param weights An HDF5 file; borrowed.
 * @returns The parts.
 * @throws {@link WeightsError} if one of them is damaged.
 */
export async function openParts(where: string, json: unknown, weights: FileContent): Promise<KerasFile> {
  const bytes = await bytesOf(`${where}: weights`, weights);
  const config = await parse(`${where}: json`, json);
  if (!isHdf5(bytes)) {
    const received = bytes.length === 0 ? 'an empty file' : 'another kind of file';
    throw weightsError(`${where}: weights`, 'an HDF5 file', received);
  }
  const { keras_version: version, module } = (config ?? {}) as { keras_version?: unknown; module?: unknown };
  const readWeights: KerasFile['readWeights'] = (use) => readHdf5(`${where}: weights`, bytes, use);
  const written =
    typeof version === 'string' ? version : await readWeights((file) => file.texts('', 'keras_version')?.[0]);
  return { config, major: Number.parseInt(written ?? (module ? '3' : '1'), 10), size: bytes.length, readWeights };
}

async function parse(where: string, json: unknown): Promise<Json> {
  if (isContent(json)) return parse(where, new TextDecoder().decode(await bytesOf(where, json)));
  if (typeof json !== 'string') return json as Json;
  try {
    return JSON.parse(json) as Json;
  } catch (cause) {
    throw new WeightsError({ where, expected: 'JSON', received: describe(json.slice(0, 40)), cause });
  }
}

function isContent(value: unknown): value is FileContent {
  return value instanceof Uint8Array || value instanceof ArrayBuffer || value instanceof Blob;
}

async function bytesOf(where: string, content: FileContent): Promise<Uint8Array> {
  if (!isContent(content)) {
    const expected = 'a Uint8Array, an ArrayBuffer, a Blob or a File';
    throw inputError(where, expected, describe(content));
  }
  if (content instanceof Uint8Array) return content;
  return new Uint8Array(content instanceof Blob ? await content.arrayBuffer() : content);
}
