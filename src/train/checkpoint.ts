import { TrainingError } from '../errors';
import { describe } from '../validate';
import type { StoredTensor } from './stored';

/**
 * Where a run keeps its checkpoint. `write` must replace the old one whole or not at all. `fer-cnn/node` has one for files;
 * {@link memoryCheckpoint} keeps it in memory.
 *
 * @example
 * ```ts
 * let localBytes: Uint8Array | undefined;
 * const store: CheckpointStore = { read: async () => localBytes, write: async (bytes) => void (localBytes = bytes) };
 * ```
 */
export interface CheckpointStore {
  /**
   * Gives what is kept.
   * @returns The bytes last written, or undefined if there are none.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Replaces what is kept.
   * @param bytes The new checkpoint; borrowed.
   */
  write(bytes: Uint8Array): Promise<void>;
}

/** Everything a run needs to go on: plain state and tensors. */
export interface Checkpoint<State> {
  /** Plain state that JSON can hold. */
  state: State;
  /** Model, optimizer and averages. */
  tensors: StoredTensor[];
}

const MAGIC = 'fer-cnn checkpoint v. 1\n'; // 24 bytes
const LENGTHS = 8; // checksum of all that follows it, and header length, 4 bytes each

/**
 * A checkpoint store in memory.
 *
 * @returns The store.
 * @example
 * ```ts
 * const store = memoryCheckpoint();
 * await train(model, dataset, { epochs: 2, checkpoint: { store } });
 * ```
 */
export function memoryCheckpoint(): CheckpointStore {
  let kept: Uint8Array | undefined;
  return {
    read: async () => kept,
    write: async (bytes) => {
      kept = bytes.slice();
    },
  };
}

/** Writes a checkpoint as bytes: a magic line, checksum, header length, a JSON header, then the values one after another. */
export function encodeCheckpoint<State>({ state, tensors }: Checkpoint<State>): Uint8Array {
  const specs = tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const json = new TextEncoder().encode(JSON.stringify({ state, tensors: specs }));
  const header = new Uint8Array(4 * Math.ceil(json.length / 4)).fill(0x20); // spaces up to a multiple of 4
  header.set(json);
  const magic = new TextEncoder().encode(MAGIC);
  const start = magic.length + LENGTHS + header.length;
  const bytes = new Uint8Array(start + tensors.reduce((sum, { data }) => sum + data.byteLength, 0));
  bytes.set(magic);
  bytes.set(header, magic.length + LENGTHS);
  let at = start;
  for (const { data } of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  const view = new DataView(bytes.buffer);
  view.setUint32(magic.length + 4, header.length, true);
  view.setUint32(magic.length, checksum(bytes, magic.length + 4), true);
  return bytes;
}

/**
 * Reads what {@link encodeCheckpoint} wrote.
 * @throws TrainingError if the bytes are no whole checkpoint.
 */
export function decodeCheckpoint<State>(bytes: Uint8Array): Checkpoint<State> {
  const start = MAGIC.length + LENGTHS;
  if (!(bytes instanceof Uint8Array)) throw broken(describe(bytes));
  if (bytes.length < start || new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) {
    throw broken(`${bytes.length} bytes of another kind`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = view.getUint32(MAGIC.length + 4, true);
  if (checksum(bytes, MAGIC.length + 4) !== view.getUint32(MAGIC.length, true))
    throw broken('bytes whose checksum does not fit');
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(start, start + headerLength))) as Checkpoint<State>;
  let at = start + headerLength;
  const tensors = header.tensors.map(({ name, shape, dtype }) => {
    const length = 4 * shape.reduce((product, side) => product * side, 1);
    const buffer = new Uint8Array(bytes.subarray(at, (at += length))).buffer;
    return { name, shape, dtype, data: dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer) };
  });
  return { state: header.state, tensors };
}

function broken(received: string): TrainingError {
  return new TrainingError({
    where: 'train: checkpoint',
    expected: 'a whole checkpoint of this version',
    received,
    remedy: 'Remove it to start anew, or set checkpoint.resume to false.',
  });
}

/** FNV-1a over 32-bit words. */
function checksum(bytes: Uint8Array, from: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, bytes.byteLength - from);
  let hash = 0x811c9dc5;
  if (view.byteLength % 4 !== 0) return -1; // never written
  for (let at = 0; at < view.byteLength; at += 4) hash = Math.imul(hash ^ view.getUint32(at, true), 0x01000193);
  return hash >>> 0;
}
