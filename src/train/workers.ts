import type { Batch } from '../data/batches';
import type { Preprocessing } from '../image/preprocess';
import type { LossOptions } from './losses';

/**
 * Workers that compute the gradient of each step of `train` together, a part of the batch each. `startTrainingWorkers` of
 * `fer-cnn/node` makes them of threads; others can be made with `createGradientWorker`.
 */
export interface GradientWorkers {
  /** Prepares the workers for a run; `train` calls it once and closes the run when it has ended. */
  open(job: GradientJob): Promise<GradientRun>;
}

/**
 * What the workers of a run have to know; plain values.
 */
export interface GradientJob {
  /** `model.toJSON(null, false)`. */
  topology: Record<string, unknown>;
  /** The loss; its type is a name. */
  loss: LossOptions;
  /** Type in which convolutions multiply. */
  precision: 'float32' | 'bfloat16';
  /** Number of all weights of the model. */
  weights: number;
  /** Maximum number of means that the workers bring together at once. */
  means: number;
}

/**
 * The workers during a run.
 */
export interface GradientRun {
  /** Computes the gradient of a step; one at a time. */
  gradients(request: GradientRequest): Promise<HostGradients>;
  /** Ends the run. */
  close(): void;
}

/**
 * A step as the workers get it.
 */
export interface GradientRequest {
  /** All weights, in the order of `model.weights`. */
  weights: readonly Float32Array[];
  /** The images and their targets. */
  batch: Batch;
  /** How pixels become the model's input. */
  preprocessing: Preprocessing;
  /** Integers that name the step's random stream. */
  key: readonly number[];
}

/**
 * What a step gives, on the host: of a whole batch, or what a part of it adds.
 */
export interface HostGradients {
  /** Loss, regularization included. */
  loss: number;
  /** Row by row, `[n, classes]`. */
  logits: Float32Array;
  /** Of all trainable weights, in their order, one after another; what follows them has no meaning. */
  gradients: Float32Array;
  /** The other weights after the step, in their order, one after another. */
  statistics: Float32Array;
}
