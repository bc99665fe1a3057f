import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch } from '../data/batches';
import { TrainingError } from '../errors';
import type { Preprocessing } from '../image/preprocess';
import { freeTape } from '../kernels/tape';
import { argmaxRows } from '../metrics/probability';
import type { TrainingForward } from './forward';
import type { BatchGradients } from './gradients';
import { gradientsOf, statisticsOf, trainedVariables } from './gradients';
import type { BatchLoss } from './losses';
import type { GradientRun, HostGradients } from './workers';

/** What every step of a run shares. */
export interface StepContext {
  model: tfl.LayersModel;
  forward: TrainingForward;
  loss: BatchLoss;
  optimizer: tf.Optimizer;
  preprocessing: Preprocessing;
  weightDecay: number;
  clipNorm: number | undefined;
  /** Compute the gradients, if the run has workers. */
  workers: GradientRun | undefined;
}

type Keep = <T extends tf.Tensor>(tensor: T) => T;

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
  const statistics = statisticsOf(context.model);
  const before = statistics.map((variable) => tf.clone(variable as tf.Tensor));
  const kept: tf.Tensor[] = [...before];
  try {
    const keep: Keep = (tensor) => (kept.push(tf.keep(tensor)), tensor);
    const computed = await askWorkers(context, batch, key);
    const { loss, norm, logits, gradients } = tf.tidy(() =>
      toUpdate(context, computed ? upload(context.model, computed) : gradientsOf(context, batch, key, keep), keep),
    );
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

type Update = {
  loss: tf.Scalar;
  norm: tf.Scalar;
  logits: tf.Tensor2D;
  gradients: { name: string; tensor: tf.Tensor }[];
};

/** The gradient as it is applied: clipped, with the decay of the weights. */
function toUpdate(context: StepContext, { loss, logits, gradients }: BatchGradients, keep: Keep): Update {
  const variables = trainedVariables(context.model).filter(({ name }) => gradients[name]);
  const norm = tf.sqrt(
    variables.map(({ name }) => tf.sum(tf.square(gradients[name]!))).reduce((a, b) => tf.add(a, b)),
  ) as tf.Scalar;
  const scale = context.clipNorm ? tf.minimum(1, tf.div(context.clipNorm, tf.maximum(norm, 1e-12))) : undefined;
  const update = variables.map((variable) => {
    let tensor: tf.Tensor = gradients[variable.name]!;
    if (scale) tensor = tf.mul(tensor, scale);
    if (context.weightDecay && variable.rank > 1) tensor = tf.add(tensor, tf.mul(variable, context.weightDecay));
    return { name: variable.name, tensor: keep(tensor) };
  });
  return { loss: keep(loss), norm: keep(norm), logits: keep(logits), gradients: update };
}

/** Has the workers compute the gradient. */
async function askWorkers(
  { model, workers, preprocessing }: StepContext,
  batch: Batch,
  key: readonly number[],
): Promise<HostGradients | undefined> {
  if (!workers) return undefined;
  const weights = await Promise.all(model.weights.map((weight) => weight.read().data<'float32'>()));
  return workers.gradients({ weights, batch, preprocessing, key });
}

/** Puts on the backend what workers computed. */
function upload(model: tfl.LayersModel, { loss, logits, gradients, statistics }: HostGradients): BatchGradients {
  const cut = (values: Float32Array, variables: readonly tf.Variable[]) => {
    let end = 0;
    return variables.map(({ shape, size }) => tf.tensor(values.subarray(end, (end += size)), shape));
  };
  const moved = statisticsOf(model);
  cut(statistics, moved).forEach((tensor, i) => moved[i]!.assign(tensor));
  const trained = trainedVariables(model);
  const tensors = cut(gradients, trained);
  const byName = Object.fromEntries(trained.map(({ name }, i) => [name, tensors[i]!]));
  const classes = model.outputs[0]!.shape[1]!;
  return { loss: tf.scalar(loss), logits: tf.tensor2d(logits, [logits.length / classes, classes]), gradients: byName };
}

function diverged(loss: number, norm: number): TrainingError {
  return new TrainingError({
    where: 'train',
    expected: 'a finite loss and gradient',
    received: `loss ${loss} and gradient norm ${norm}`,
    remedy: 'Lower the learning rate or set optimization.clipNorm. The weights are as before it.',
  });
}

/** Number of pictures whose largest output is at their largest target. */
export function countCorrect(
  outputs: Float32Array,
  { targets, numClasses }: Pick<Batch, 'targets' | 'numClasses'>,
): number {
  const wanted = argmaxRows(targets, numClasses);
  return argmaxRows(outputs, numClasses).filter((best, row) => best === wanted[row]).length;
}
