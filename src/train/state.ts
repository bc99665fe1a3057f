import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { EpochRecord } from './options';
import { frozenVariables } from './freeze';

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
   * Reads the checkpoint.
   * @returns The bytes last written, or undefined if there are none.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Replaces the checkpoint.
   * @param bytes The new checkpoint; borrowed.
   */
  write(bytes: Uint8Array): Promise<void>;
}

/**
 * Creates a checkpoint store in memory.
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
  return { read: async () => kept, write: async (bytes) => void (kept = bytes.slice()) };
}

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

/** Values on the host. */
export type Numbers = Float32Array | Int32Array;

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

const copies = (variables: readonly tf.Variable[]) =>
  variables.map((variable) => tf.keep(tf.clone<tf.Tensor>(variable)));

/** Frees the tensors of a state; model and optimizer are left as they are. */
export function disposeState(state: RunState): void {
  tf.dispose(state.averages);
}

/**
 * Takes the weights into their average. The decay is warmed up as `min(decay, (1 + step) / (10 + step))`.
 * Source: Polyak and Juditsky 1992; the warm-up as in TensorFlow's ExponentialMovingAverage.
 */
export function updateAverages({ averages, variables, frozen, position }: RunState, averaging: number): void {
  if (averages.length === 0) return;
  const decay = Math.min(averaging, (1 + position.step) / (10 + position.step));
  variables.forEach((variable, i) => {
    if (frozen.has(variable)) return;
    const before = averages[i]!;
    averages[i] = tf.tidy(() => tf.keep(tf.add(tf.mul(before, decay), tf.mul(variable, 1 - decay))));
    before.dispose();
  });
}

/** Runs a task while the model has the weights that are validated: the average if there is one. */
export async function whileValidated<T>({ averages, variables }: RunState, task: () => Promise<T>): Promise<T> {
  if (averages.length === 0) return task();
  const own = copies(variables);
  assign(variables, averages);
  try {
    return await task();
  } finally {
    assign(variables, own);
    tf.dispose(own);
  }
}

/** Remembers the weights that are validated as the best. */
export async function rememberBest(state: RunState): Promise<void> {
  state.best = await read(state.averages.length > 0 ? state.averages : state.variables);
}

/** Gives the model its final weights: the best ones if they are remembered, else the average, else those that it has. */
export function finish({ best, averages, variables }: RunState): void {
  if (best.length === 0) return assign(variables, averages);
  tf.tidy(() =>
    assign(
      variables,
      variables.map(({ shape, dtype }, i) => tf.tensor(best[i]!, shape, dtype)),
    ),
  );
}

/** Gives variables their values. */
export const assign = (variables: readonly tf.Variable[], values: readonly tf.Tensor[]) =>
  values.forEach((value, i) => variables[i]!.assign(value));

/** The values of tensors, on the host. */
export const read = (tensors: readonly tf.Tensor[]) =>
  Promise.all(tensors.map(async (tensor) => (await tensor.data<'float32' | 'int32'>()).slice()));
