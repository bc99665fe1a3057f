import * as tf from '@tensorflow/tfjs-core';
import { TrainingError } from '../errors';
import { arrayOf, integer, number, object, optional, type Schema, that } from '../schema';
import { describe } from '../validate';
import { bestOf } from './early-stopping';
import type { EpochRecord } from './options';
import type { ResolvedOptions } from './parse-options';
import { checkSame, checksum, type Identity, type Texts } from './identity';
import { accumulatorsOf } from './optimizers';
import { powersOf } from '../tfjs/optimizers';
import { assign, read } from '../tfjs/variables';
import type { Position, RunState } from './state';

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
  const known = accumulatorsOf(optimizer, position.step);
  if (sets < 0 || !Number.isInteger(sets) || sets !== (known?.length ?? sets)) {
    throw damaged('tensors that do not fit the model and its optimizer');
  }
  const accumulators = Array<typeof trained>(sets).fill(trained).flat();
  const specs = [...weights, { shape: [], size: 1, dtype: 'int32' as const }, ...accumulators, ...powers, ...best];
  let end = body;
  const values = specs.map(({ size, dtype }) => {
    const { buffer } = new Uint8Array(bytes.subarray(end, (end += 4 * size))); // which copies, also of a Buffer
    return dtype === 'int32' ? new Int32Array(buffer) : new Float32Array(buffer);
  });
  const isPossible = (value: number, i: number) => {
    const place = i - weights.length - 1; // behind the count of steps
    if (place === -1) return value >= position.step;
    if (place < 0 || place >= accumulators.length + powers.length) return true;
    if (place >= accumulators.length) return value >= 0 && value <= 1;
    return value >= 0 || !known?.[Math.floor(place / trained.length)];
  };
  if (!values.every((numbers, i) => numbers.every((value) => Number.isFinite(value) && isPossible(value, i)))) {
    throw damaged('numbers that no run has');
  }
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
