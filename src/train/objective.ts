import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch, LabeledImages } from '../data/batches';
import { oneHot } from '../data/rows';
import { inputError } from '../errors';
import { predict } from '../evaluate/predict';
import type { Preprocessing } from '../image/preprocess';
import { argmaxRows } from '../metrics/probability';
import { logitsFrom } from '../models/logits';
import { describe } from '../validate';
import { lossOf, type ResolvedLoss } from './losses';

/** Tensors that the objective uses besides logits and targets. */
export interface ObjectiveInputs {
  /** Weights of the images, `[n]`. */
  sampleWeights?: tf.Tensor1D | undefined;
  /** Probabilities of the teacher at the temperature of the distillation, `[n, classes]`. */
  teacher?: tf.Tensor2D | undefined;
}

/** The loss of a batch: a scalar from logits, targets and what else there is. */
export type Objective = (logits: tf.Tensor2D, targets: tf.Tensor2D, inputs?: ObjectiveInputs) => tf.Scalar;

/**
 * Composes the loss of a batch: label smoothing, distillation, class weights and sample weights, then the mean over the batch. Weights
 * multiply and are not normalized, as in Keras.
 *
 * @throws InputError if the class weights do not fit.
 */
export function createObjective(loss: ResolvedLoss, numClasses: number): Objective {
  const { labelSmoothing, classWeights, distillation } = loss;
  if (classWeights) checkClassWeights(classWeights, numClasses);
  const lossOfEach = lossOf(loss);
  return (logits, targets, { sampleWeights, teacher } = {}) =>
    tf.tidy(() => {
      const smoothed = labelSmoothing
        ? tf.add<tf.Tensor2D>(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / numClasses)
        : targets;
      let losses: tf.Tensor = lossOfEach(logits, smoothed);
      if (distillation && teacher) {
        const { weight, temperature } = distillation;
        const byTeacher = tf.mul(divergence(teacher, tf.div(logits, temperature)), weight * temperature ** 2);
        losses = tf.add(tf.mul(losses, 1 - weight), byTeacher);
      }
      if (classWeights) losses = tf.mul(losses, tf.sum(tf.mul(targets, tf.tensor1d([...classWeights])), 1));
      if (sampleWeights) losses = tf.mul(losses, sampleWeights);
      return tf.mean(losses) as tf.Scalar;
    });
}

const LARGEST = 1e30; // far from the end of float32

function checkClassWeights(weights: readonly number[], numClasses: number): void {
  const areWeights = weights.length === numClasses && weights.every((weight) => weight >= 0 && weight <= LARGEST);
  if (areWeights && weights.some((weight) => weight > 0)) return;
  const expected = `${numClasses} numbers of at least 0, one of them above it`;
  throw inputError('train: loss.classWeights', expected, describe(weights));
}

/** Kullback–Leibler divergence from a teacher's probabilities to those of logits, `[n]`. */
function divergence(teacher: tf.Tensor2D, logits: tf.Tensor2D): tf.Tensor1D {
  const surprise = tf.sub(tf.log(tf.maximum(teacher, 1e-12)), tf.logSoftmax(logits));
  return tf.sum(tf.mul(teacher, surprise), 1);
}

/**
 * Loss and accuracy of a model on the validation data, without smoothing, weights and regularization.
 *
 * @param model The model; borrowed.
 * @param data The validation data; borrowed.
 * @throws The signal's reason if it is aborted.
 */
export async function validate(
  model: tfl.LayersModel,
  data: LabeledImages,
  loss: ResolvedLoss,
  preprocessing: Preprocessing,
  signal: AbortSignal | undefined,
): Promise<{ valLoss: number; valAccuracy: number }> {
  const outputs = await predict(model, data, { preprocessing, ...(signal && { signal }) });
  const { labels, size, numClasses } = data;
  const targets = data.targets ?? oneHot(labels, numClasses);
  const mean = tf.tidy(() => {
    const logits = logitsFrom(model, tf.tensor2d(outputs, [size, numClasses]));
    return tf.mean(lossOf(loss)(logits, tf.tensor2d(targets, [size, numClasses])));
  });
  try {
    const [valLoss] = await mean.data<'float32'>();
    return { valLoss: valLoss!, valAccuracy: countCorrect(outputs, { targets, numClasses }) / size };
  } finally {
    mean.dispose();
  }
}

/** Number of images whose maximum output is at their maximum target. */
export function countCorrect(
  outputs: Float32Array,
  { targets, numClasses }: Pick<Batch, 'targets' | 'numClasses'>,
): number {
  const wanted = argmaxRows(targets, numClasses);
  return argmaxRows(outputs, numClasses).filter((best, row) => best === wanted[row]).length;
}
