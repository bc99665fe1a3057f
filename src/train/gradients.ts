import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch } from '../data/batches';
import { preprocess, type Preprocessing } from '../image/preprocess';
import { topologyOf } from '../tfjs/layers';
import type { PartOfBatch, TrainingForward } from './forward';
import { statisticsOf } from './freeze';
import type { Objective } from './objective';
import type { ResolvedOptions } from './parse-options';
import type { GradientRun } from './workers';

/** Loss, logits and gradient of a batch. */
export interface BatchGradients {
  /** Loss of the batch, regularization included. */
  loss: tf.Scalar;
  /** `[n, classes]`. */
  logits: tf.Tensor2D;
  /** Of each trained variable, in their order. */
  gradients: tf.Tensor[];
}

/** Keeps a tensor beyond the enclosing tidy. */
export type Keep = <T extends tf.Tensor>(tensor: T) => T;

/** The trainable variables of a model, in its order. */
export const trainedVariables = (model: tfl.LayersModel): tf.Variable[] =>
  model.trainableWeights.map((weight) => weight.read() as tf.Variable);

/**
 * Loss, logits and gradient of a batch, or what a part of a batch adds to them. The batch-norm statistics of the model move. Called
 * inside a tidy.
 *
 * @param batch The images; borrowed.
 * @param key Integers that name the step's random stream.
 * @param keep Keeps the logits; the caller disposes of them.
 * @param part Where the images are one of several parts: their loss and gradient then count by their share of the batch.
 */
export function gradientsOf(
  model: tfl.LayersModel,
  forward: TrainingForward,
  objective: Objective,
  preprocessing: Preprocessing,
  batch: Batch,
  key: readonly number[],
  keep: Keep,
  part?: PartOfBatch,
): BatchGradients {
  const input = preprocess(
    tf.tensor4d(batch.images, [batch.size, batch.height, batch.width, batch.channels]),
    preprocessing,
  );
  const rows = (values: Float32Array) => tf.tensor2d(values, [batch.size, batch.numClasses]);
  const targets = rows(batch.targets);
  const sampleWeights = batch.sampleWeights && tf.tensor1d(batch.sampleWeights);
  const teacher = batch.teacher && rows(batch.teacher);
  const variables = trainedVariables(model);
  let logits!: tf.Tensor2D;
  const { value, grads } = tf.variableGrads(() => {
    logits = keep(forward.logits(input, key, part));
    const losses = [objective(logits, targets, { sampleWeights, teacher }), ...model.calculateLosses()];
    const sum = losses.reduce((a, b) => tf.add(a, b));
    return part ? tf.mul(sum, batch.size / part.batchSize) : sum;
  }, variables);
  return {
    loss: value,
    logits,
    gradients: variables.map((variable) => grads[variable.name] ?? tf.zerosLike(variable)),
  };
}

/** Prepares the workers, if there are any, for a run over a model. */
export async function openWorkers(
  model: tfl.LayersModel,
  { workers, loss, precision }: ResolvedOptions,
): Promise<GradientRun | undefined> {
  if (!workers) return undefined;
  const means = 2 * Math.max(1, ...statisticsOf(model).map(({ size }) => size));
  return workers.open({ topology: topologyOf(model), loss, precision, weights: model.countParams(), means });
}

/**
 * Loss, logits and gradient of a batch by workers, put on the backend by the function that this gives, inside a tidy. The batch-norm
 * statistics of the model move then.
 */
export async function gradientsByWorkers(
  model: tfl.LayersModel,
  workers: GradientRun,
  preprocessing: Preprocessing,
  batch: Batch,
  key: readonly number[],
): Promise<() => BatchGradients> {
  const weights = await Promise.all(model.weights.map((weight) => weight.read().data<'float32'>()));
  const { loss, logits, gradients, statistics } = await workers.gradients({ weights, batch, preprocessing, key });
  return () => {
    const moved = statisticsOf(model);
    cut(statistics, moved).forEach((tensor, i) => moved[i]!.assign(tensor));
    return {
      loss: tf.scalar(loss),
      logits: tf.tensor2d(logits, [batch.size, batch.numClasses]),
      gradients: cut(gradients, trainedVariables(model)),
    };
  };
}

function cut(values: Float32Array, variables: readonly tf.Variable[]): tf.Tensor[] {
  let end = 0;
  return variables.map(({ shape, size }) => tf.tensor(values.subarray(end, (end += size)), shape));
}
