import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch } from '../data/batches';
import { TrainingError } from '../errors';
import type { Preprocessing } from '../image/preprocess';
import { preprocess } from '../image/preprocess';
import { freeTape } from '../kernels/tape';
import { argmaxRows } from '../metrics/probability';
import type { TrainingForward } from './forward';
import type { BatchLoss } from './losses';

/** What every step of a run shares. */
export interface StepContext {
  model: tfl.LayersModel;
  forward: TrainingForward;
  loss: BatchLoss;
  optimizer: tf.Optimizer;
  preprocessing: Preprocessing;
  weightDecay: number;
  clipNorm: number | undefined;
}

/** What a step tells. */
export interface StepResult {
  /** Loss of the batch, regularisation included. */
  loss: number;
  /** Pictures whose largest logit is at their largest target. */
  correct: number;
}

/**
 * One step: forward, loss, gradient, clipping, decay, update. Loss and gradient are looked at before the update, so that a
 * step that went wrong leaves the weights as they were.
 *
 * @param context The run.
 * @param batch The batch; borrowed.
 * @param key Integers that name the step's random stream.
 * @throws TrainingError if loss or gradient are not finite; nothing has changed then.
 */
export async function trainStep(context: StepContext, batch: Batch, key: readonly number[]): Promise<StepResult> {
  const statistics = context.model.nonTrainableWeights.map((weight) => weight.read() as tf.Variable);
  const before = statistics.map((variable) => tf.clone(variable as tf.Tensor));
  const kept: tf.Tensor[] = [...before];
  try {
    const { loss, norm, logits, gradients } = computeGradients(context, batch, key, kept);
    const [[lossValue], [normValue], logitValues] = await Promise.all([loss.data(), norm.data(), logits.data()]);
    if (!Number.isFinite(lossValue) || !Number.isFinite(normValue)) throw diverged(lossValue!, normValue!);
    context.optimizer.applyGradients(gradients);
    return { loss: lossValue!, correct: countCorrect(logitValues as Float32Array, batch) };
  } catch (error) {
    freeTape();
    statistics.forEach((variable, i) => variable.assign(before[i]!));
    throw error;
  } finally {
    tf.dispose(kept);
  }
}

interface Gradients {
  loss: tf.Scalar;
  norm: tf.Scalar;
  logits: tf.Tensor2D;
  gradients: { name: string; tensor: tf.Tensor }[];
}

function computeGradients(context: StepContext, batch: Batch, key: readonly number[], kept: tf.Tensor[]): Gradients {
  const keep = <T extends tf.Tensor>(tensor: T): T => (kept.push(tf.keep(tensor)), tensor);
  const { model, forward, preprocessing } = context;
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  return tf.tidy(() => {
    const pictures = tf.tensor4d(batch.images, [batch.size, batch.height, batch.width, batch.channels]);
    const input = preprocess(pictures, preprocessing);
    const targets = tf.tensor2d(batch.targets, [batch.size, batch.numClasses]);
    const sampleWeights = batch.sampleWeights && tf.tensor1d(batch.sampleWeights);
    const teacher = batch.teacher && tf.tensor2d(batch.teacher, [batch.size, batch.numClasses]);
    let logits!: tf.Tensor2D;
    const { value, grads } = tf.variableGrads(() => {
      logits = keep(forward.logits(input, key));
      return [context.loss(logits, targets, { sampleWeights, teacher }), ...model.calculateLosses()].reduce((a, b) =>
        tf.add(a, b),
      );
    }, variables);
    const trained = variables.filter(({ name }) => grads[name]);
    const norm = tf.sqrt(
      trained.map(({ name }) => tf.sum(tf.square(grads[name]!))).reduce((a, b) => tf.add(a, b)),
    ) as tf.Scalar;
    const scale = context.clipNorm ? tf.minimum(1, tf.div(context.clipNorm, tf.maximum(norm, 1e-12))) : undefined;
    const gradients = trained.map((variable) => {
      let tensor: tf.Tensor = grads[variable.name]!;
      if (scale) tensor = tf.mul(tensor, scale);
      if (context.weightDecay && variable.rank > 1) tensor = tf.add(tensor, tf.mul(variable, context.weightDecay));
      return { name: variable.name, tensor: keep(tensor) };
    });
    return { loss: keep(value), norm: keep(norm), logits, gradients };
  });
}

function diverged(loss: number, norm: number): TrainingError {
  return new TrainingError({
    where: 'train',
    expected: 'a finite loss and gradient',
    received: `loss ${loss} and gradient norm ${norm}`,
    remedy: 'Lower the learning rate or set optimization.clipNorm. The model has the weights from before this step.',
  });
}

function countCorrect(logits: Float32Array, { targets, numClasses }: Batch): number {
  const wanted = argmaxRows(targets, numClasses);
  return argmaxRows(logits, numClasses).filter((best, row) => best === wanted[row]).length;
}
