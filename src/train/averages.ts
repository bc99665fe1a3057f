import * as tf from '@tensorflow/tfjs-core';

/**
 * An exponential moving average of all weights of a model, batch-norm statistics included. The decay is warmed up as
 * `min(decay, (1 + step) / (10 + step))`, so that the start does not weigh on the average.
 *
 * Source: Polyak and Juditsky 1992; the warm-up as in TensorFlow's ExponentialMovingAverage.
 */
export class WeightAverages {
  #values: tf.Tensor[];
  readonly #variables: readonly tf.Variable[];
  readonly #decay: number;

  /**
   * @param variables The weights; borrowed.
   * @param decay Share of the old average that stays at a step, 0 to below 1.
   */
  constructor(variables: readonly tf.Variable[], decay: number) {
    this.#variables = variables;
    this.#decay = decay;
    this.#values = variables.map((variable) => tf.keep(tf.clone(variable)));
  }

  /** The averages in the order of the variables; borrowed. */
  get values(): readonly tf.Tensor[] {
    return this.#values;
  }

  /** Takes in the current weights. @param step Number of steps done, from 1. */
  update(step: number): void {
    const decay = Math.min(this.#decay, (1 + step) / (10 + step));
    const next = tf.tidy(() =>
      this.#variables.map((variable, i) =>
        tf.keep(tf.add(tf.mul(this.#values[i]!, decay), tf.mul(variable, 1 - decay))),
      ),
    );
    this.#replace(next);
  }

  /** Replaces the averages. @param values New averages; owned from now on. */
  assign(values: readonly tf.Tensor[]): void {
    this.#replace(values.map((value) => tf.keep(value)));
  }

  /** Runs `task` while the model has the averages as its weights. */
  async whileApplied<T>(task: () => Promise<T>): Promise<T> {
    const own = this.#variables.map((variable) => tf.keep(tf.clone(variable)));
    this.apply();
    try {
      return await task();
    } finally {
      this.#variables.forEach((variable, i) => variable.assign(own[i]!));
      tf.dispose(own);
    }
  }

  /** Makes the averages the weights of the model. */
  apply(): void {
    this.#variables.forEach((variable, i) => variable.assign(this.#values[i]!));
  }

  /** Frees the averages. */
  dispose(): void {
    this.#replace([]);
  }

  #replace(values: tf.Tensor[]): void {
    tf.dispose(this.#values);
    this.#values = values;
  }
}
