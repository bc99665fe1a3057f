import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch } from '../data/batches';
import type { Preprocessing } from '../image/preprocess';
import { preprocess } from '../image/preprocess';
import type { PartOfBatch, TrainingForward } from './forward';
import type { BatchLoss } from './losses';

/** What loss and gradient are computed from. */
export interface GradientContext {
  model: tfl.LayersModel;
  forward: TrainingForward;
  loss: BatchLoss;
  preprocessing: Preprocessing;
}

/** Loss, logits and gradient of a batch. */
export interface BatchGradients {
  /** Loss of the batch, regularisation included. */
  loss: tf.Scalar;
  /** `[n, classes]`. */
  logits: tf.Tensor2D;
  /** Of each trained variable, by its name. */
  gradients: Record<string, tf.Tensor>;
}

/** The trainable variables of a model, in its order. */
export const trainedVariables = (model: tfl.LayersModel): tf.Variable[] =>
  model.trainableWeights.map((weight) => weight.read() as tf.Variable);

/** The other variables of a model, in its order: the statistics of batch norm. */
export const statisticsOf = (model: tfl.LayersModel): tf.Variable[] =>
  model.nonTrainableWeights.map((weight) => weight.read() as tf.Variable);

/**
 * Loss, logits and gradient of a batch, or what a part of a batch adds to them. The batch-norm statistics of the model move. Called
 * inside a tidy.
 *
 * @param context The model and how it is trained.
 * @param batch The pictures; borrowed.
 * @param key Integers that name the step's random stream.
 * @param keep Keeps a tensor beyond inner tidies; the caller disposes of it.
 * @param part Where the pictures are one of several parts: their loss and gradient then count by their share of the batch.
 */
export function gradientsOf(
  { model, forward, loss, preprocessing }: GradientContext,
  batch: Batch,
  key: readonly number[],
  keep: <T extends tf.Tensor>(tensor: T) => T,
  part?: PartOfBatch,
): BatchGradients {
  const pictures = tf.tensor4d(batch.images, [batch.size, batch.height, batch.width, batch.channels]);
  const input = preprocess(pictures, preprocessing);
  const targets = tf.tensor2d(batch.targets, [batch.size, batch.numClasses]);
  const sampleWeights = batch.sampleWeights && tf.tensor1d(batch.sampleWeights);
  const teacher = batch.teacher && tf.tensor2d(batch.teacher, [batch.size, batch.numClasses]);
  let logits!: tf.Tensor2D;
  const { value, grads } = tf.variableGrads(() => {
    logits = keep(forward.logits(input, key, part));
    const losses = [loss(logits, targets, { sampleWeights, teacher }), ...model.calculateLosses()];
    const sum = losses.reduce((a, b) => tf.add(a, b));
    return part ? tf.mul(sum, batch.size / part.batchSize) : sum;
  }, trainedVariables(model));
  return { loss: value, logits, gradients: grads };
}
