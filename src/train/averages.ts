import * as tf from '@tensorflow/tfjs-core';
import { assign, copies, read } from '../tfjs/variables';
import type { RunState } from './state';

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
