import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { TrainingError } from '../errors';
import { arrayOf, integer, number, object, optional, type Schema, that } from '../schema';
import { describe } from '../validate';
import { bestOf } from './early-stopping';
import type { EpochRecord } from './options';
import { frozenVariables } from './freeze';
import type { ResolvedOptions } from './parse-options';
import { checkSame, checksum, type Identity, type Texts } from './identity';
import { powersOf } from '../tfjs/optimizers';
import { assign, copies, type Numbers, read } from '../tfjs/variables';

/** Where a run is. Plain values: a checkpoint holds them as JSON, and the tensors behind it. */
export interface Position {
  /** Steps done. */
  step: number;
  /** Batches done in the current epoch. The epochs done are those in the history. */
  batch: number;
  /** Learning rate of the last step. */
  rate: number;
  /** Sums over the current epoch. */
  totals: { loss: number; correct: number; count: number; seconds: number };
  history: EpochRecord[];
  /** With early stopping, the best epoch so far, from 1; otherwise 0. */
  best: number;
}

/** All that changes in the course of a run. */
export interface RunState {
  readonly position: Position;
  /** The model's weights. */
  readonly variables: readonly tf.Variable[];
  /** Number of trainable weights, which come first. */
  readonly trained: number;
  /** The weights that do not change, which are their own average. */
  readonly frozen: ReadonlySet<tf.Variable>;
  readonly optimizer: tf.Optimizer;
  /** The exponential moving average of all weights; empty without one. */
  averages: tf.Tensor[];
  /** The weights of the best epoch, on the host; empty if they are not remembered. */
  best: Numbers[];
}

/** The position before the first batch of an epoch, as far as it is about the epoch. */
export const startOfEpoch = () => ({ batch: 0, totals: { loss: 0, correct: 0, count: 0, seconds: 0 } });

/** The state before the first step. Free it with {@link disposeState}. */
export function startState(model: tfl.LayersModel, optimizer: tf.Optimizer, averaging: boolean): RunState {
  const variables = model.weights.map((weight) => weight.read() as tf.Variable);
  return {
    position: { step: 0, rate: 0, history: [], best: 0, ...startOfEpoch() },
    variables,
    trained: model.trainableWeights.length,
    frozen: frozenVariables(model),
    optimizer,
    averages: averaging ? copies(variables) : [],
    best: [],
  };
}

/** Frees the tensors of a state; model and optimizer are left as they are. */
export function disposeState(state: RunState): void {
  tf.dispose(state.averages);
}

const sizeOf = (tensors: readonly tf.Tensor[]) => tensors.reduce((sum, { size }) => sum + size, 0);

const MAGIC = 'fer-cnn checkpoint v. ';
const FORMAT = new TextEncoder().encode(`${MAGIC}2\n`); // 24 bytes
const START = FORMAT.length + 8; // after them the checksum of all that follows it and the length of the header, 4 bytes each

/**
 * Writes a state as a checkpoint: a magic line, checksum, length of the header, the header as JSON with spaces up to a multiple of 4
 * bytes, then weights, averages, optimizer and best weights, 4 bytes a number.
 */
export async function encodeState(state: RunState, identity: Identity): Promise<Uint8Array> {
  const { position, variables, averages, optimizer, best } = state;
  const own = (await optimizer.getWeights()).map(({ tensor }) => tensor); // the first, the count of steps, was made for this
  const values = await read([...variables, ...averages, ...own, ...powersOf(optimizer)]);
  own[0]!.dispose();
  const json = new TextEncoder().encode(JSON.stringify({ identity, position }));
  const body = START + 4 * Math.ceil(json.length / 4);
  const all = [...values, ...best];
  const bytes = new Uint8Array(all.reduce((end, { byteLength }) => end + byteLength, body)).fill(0x20, START, body);
  bytes.set(FORMAT);
  bytes.set(json, START);
  let end = body;
  for (const { buffer, byteOffset, byteLength } of all) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), end);
    end += byteLength;
  }
  const view = new DataView(bytes.buffer);
  view.setUint32(START - 4, body - START, true);
  view.setUint32(START - 8, checksum(bytes.subarray(START - 4)), true);
  return bytes;
}

const count = integer({ min: 0 });
const amount = number({ min: 0 });

const parseRecord = object({
  epoch: count,
  loss: number(),
  accuracy: amount,
  valLoss: optional((where, value) => (Number.isNaN(value) ? NaN : number()(where, value))),
  valAccuracy: optional(amount),
  learningRate: amount,
  seconds: amount,
} satisfies Schema<EpochRecord>);

const parseHeader = object({
  identity: object({ run: that<Texts>('an object', () => true), recipe: that<Texts>('an object', () => true) }),
  position: object({
    step: count,
    batch: count,
    rate: amount,
    totals: object({ loss: number(), correct: count, count, seconds: amount }),
    history: arrayOf('the records of epochs', parseRecord),
    best: count,
  }),
});

/**
 * Puts what {@link encodeState} wrote into a state, the optimizer and the model. Everything is checked before anything is changed.
 * @throws TrainingError if the bytes are not a checkpoint of this run.
 */
export async function restoreState(
  state: RunState,
  bytes: Uint8Array,
  own: Identity,
  { checkpoint, earlyStopping, batchSize }: ResolvedOptions,
  size: number | undefined,
): Promise<void> {
  const { variables, averages, optimizer } = state;
  const { identity, position, body } = readHeader(bytes);
  checkSame(identity.run, own.run, 'checkpoint.resume: false starts again.');
  if (checkpoint!.resume !== 'changed') {
    checkSame(identity.recipe, own.recipe, "checkpoint.resume: 'changed' continues with the new ones.");
  }
  if (!isConsistent(position, size, batchSize) || position.best !== bestOf(earlyStopping, position.history)) {
    throw damaged('a position that contradicts itself');
  }
  const powers = powersOf(optimizer);
  const trained = variables.slice(0, state.trained);
  const best = earlyStopping?.restoreBest && position.best > 0 ? variables : [];
  const weights = [...variables, ...averages];
  const others = (bytes.length - body) / 4 - sizeOf([...weights, ...powers, ...best]) - 1;
  const sets = others / sizeOf(trained); // of accumulators, one for each trained variable
  if (sets < 0 || !Number.isInteger(sets)) throw damaged('tensors that do not fit the model and its optimizer');
  const accumulators = Array<typeof trained>(sets).fill(trained).flat();
  const specs = [...weights, { shape: [], size: 1, dtype: 'int32' as const }, ...accumulators, ...powers, ...best];
  let end = body;
  const values = specs.map(({ size, dtype }) => {
    const { buffer } = new Uint8Array(bytes.subarray(end, (end += 4 * size))); // which copies, also of a Buffer
    return dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
  });
  state.best = values.splice(values.length - best.length);
  const tensors = values.map((value, i) => tf.tensor(value, specs[i]!.shape, specs[i]!.dtype));
  try {
    const [first, last] = [weights.length, values.length - powers.length];
    await optimizer.setWeights(tensors.slice(first, last).map((tensor, i) => ({ name: `${i}`, tensor })));
    assign(powers, tensors.slice(last));
    assign(variables, tensors.slice(0, variables.length));
    averages.forEach(
      (average, i) => (average.dispose(), (averages[i] = tf.keep(tf.clone(tensors[variables.length + i]!)))),
    );
  } finally {
    tf.dispose(tensors);
  }
  Object.assign(state.position, position);
}

function readHeader(bytes: Uint8Array) {
  if (!(bytes instanceof Uint8Array)) throw damaged(describe(bytes));
  const text = (from: number, to: number) => new TextDecoder().decode(bytes.subarray(from, to));
  const format = text(0, FORMAT.length);
  if (bytes.length < START || !FORMAT.every((byte, i) => byte === bytes[i])) {
    throw damaged(format.startsWith(MAGIC) ? 'one of another version' : `${bytes.length} bytes of another kind`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (checksum(bytes.subarray(START - 4)) !== view.getUint32(START - 8, true)) {
    throw damaged('bytes whose checksum does not match');
  }
  const body = START + view.getUint32(START - 4, true);
  try {
    const header: unknown = JSON.parse(text(START, body), (_key, value: unknown) => value ?? NaN); // as NaN is null in JSON
    parseHeader('header', header);
    return { ...(header as { identity: Identity; position: Position }), body };
  } catch (cause) {
    throw damaged(`a header with an error (${(cause as Error).message})`, cause);
  }
}

/** Whether the numbers of a position agree with each other. */
function isConsistent(
  { step, batch, totals, history }: Position,
  size: number | undefined,
  batchSize: number,
): boolean {
  if (totals.correct > totals.count || history.some(({ epoch }, i) => epoch !== i + 1)) return false;
  if (size === undefined) return step >= history.length + batch && totals.count >= batch;
  const steps = Math.ceil(size / batchSize);
  return (
    step === history.length * steps + batch && batch <= steps && totals.count === Math.min(size, batch * batchSize)
  );
}

function damaged(received: string, cause?: unknown): TrainingError {
  return new TrainingError({
    where: 'train: checkpoint',
    expected: 'a whole checkpoint of this version',
    received,
    remedy: 'Remove it, or set checkpoint.resume to false, to start again.',
    cause,
  });
}
