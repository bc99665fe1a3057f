import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch } from '../data/batches';
import { TrainingError } from '../errors';
import type { Preprocessing } from '../image/preprocess';
import { freeTape } from '../tfjs/tape';
import type { TrainingForward } from './forward';
import { statisticsOf } from './freeze';
import { gradientsByWorkers, gradientsOf, type Keep, trainedVariables } from './gradients';
import { countCorrect, type Objective } from './objective';
import type { ResolvedOptions } from './parse-options';
import type { GradientRun } from './workers';

/** One training step. The key are integers that name its random stream; the batch is borrowed. */
export type Step = (batch: Batch, preprocessing: Preprocessing, key: readonly number[]) => Promise<StepResult>;

/** The result of one training step. */
export interface StepResult {
  /** Loss of the batch, regularization included. */
  loss: number;
  /** Number of images whose maximum logit is at their maximum target. */
  correct: number;
}

/**
 * Creates the step of a run: forward, loss, gradient, clipping, decay, update. Loss and gradient are checked before the update, so that a
 * step that went wrong leaves the weights as they were.
 *
 * @param model The model, prepared for training by `forward`.
 * @param workers Compute the gradients, if the run has them.
 * @returns The step. It throws a TrainingError if loss or gradient are not finite; nothing has changed then.
 */
export function createStep(
  model: tfl.LayersModel,
  forward: TrainingForward,
  objective: Objective,
  optimizer: tf.Optimizer,
  { weightDecay, clipNorm }: Pick<ResolvedOptions['optimization'], 'weightDecay' | 'clipNorm'>,
  workers: GradientRun | undefined,
): Step {
  return async (batch, preprocessing, key) => {
    const variables = trainedVariables(model);
    const statistics = statisticsOf(model);
    const before = statistics.map((variable) => tf.clone<tf.Tensor>(variable));
    const kept: tf.Tensor[] = [...before];
    const keep: Keep = (tensor) => (kept.push(tf.keep(tensor)), tensor);
    try {
      const computed = workers && (await gradientsByWorkers(model, workers, preprocessing, batch, key));
      const { loss, norm, logits, update } = tf.tidy(() => {
        const { loss, logits, gradients } = computed
          ? computed()
          : gradientsOf(model, forward, objective, preprocessing, batch, key, keep);
        const norm = tf.sqrt(gradients.map((gradient) => tf.sum(tf.square(gradient))).reduce((a, b) => tf.add(a, b)));
        const scale = clipNorm && tf.minimum(1, tf.div(clipNorm, tf.maximum(norm, 1e-12)));
        const update = variables.map((variable, i) => {
          let tensor = gradients[i]!;
          if (scale) tensor = tf.mul(tensor, scale);
          if (weightDecay && variable.rank > 1) tensor = tf.add(tensor, tf.mul(variable, weightDecay));
          return { name: variable.name, tensor: keep(tensor) };
        });
        return { loss: keep(loss), norm: keep(norm), logits: keep(logits), update };
      });
      const values = await Promise.all([loss, norm, logits].map((tensor) => tensor.data<'float32'>()));
      const [[lossValue], [normValue], logitValues] = values as [Float32Array, Float32Array, Float32Array];
      if (!Number.isFinite(lossValue) || !Number.isFinite(normValue)) throw diverged(lossValue!, normValue!);
      optimizer.applyGradients(update);
      return { loss: lossValue!, correct: countCorrect(logitValues, batch) };
    } catch (error) {
      freeTape();
      statistics.forEach((variable, i) => variable.assign(before[i]!));
      throw error;
    } finally {
      tf.dispose(kept);
    }
  };
}

function diverged(loss: number, norm: number): TrainingError {
  return new TrainingError({
    where: 'train',
    expected: 'a finite loss and gradient',
    received: `loss ${loss} and gradient norm ${norm}`,
    remedy: 'Lower the learning rate or set optimization.clipNorm. The weights were left unchanged.',
  });
}
