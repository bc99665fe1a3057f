import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { EpochRecord } from './options';
import { frozenVariables } from './freeze';
import { copies, type Numbers } from '../tfjs/variables';

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
