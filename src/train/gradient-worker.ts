import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch } from '../data/batches';
import { inputError } from '../errors';
import { ensureBackend } from '../backend/backend';
import type { Preprocessing } from '../image/preprocess';
import { prepareKernels } from '../kernels/on-demand';
import { registerTrainingKernels } from '../kernels/register';
import { freeTape } from '../tfjs/tape';
import { modelOf } from '../tfjs/topology';
import { type Described, object, unchecked } from '../schema';
import { type PartOfBatch, prepareForTraining } from './forward';
import { statisticsOf } from './freeze';
import { gradientsOf, type Keep, trainedVariables } from './gradients';
import { parseLoss } from './losses';
import { createObjective } from './objective';
import type { GradientJob, HostGradients } from './workers';

/**
 * One worker's part of a step.
 */
export interface GradientPart {
  /** All weights, in the order of `model.weights`, one after another. */
  weights: Float32Array;
  /** The part's images and their targets. */
  batch: Batch;
  /** How pixels become the model's input. */
  preprocessing: Preprocessing;
  /** Integers that name the step's random stream; the same for all parts. */
  key: readonly number[];
  /** Number of the part's first image within the batch. */
  first: number;
  /** Images of the whole batch. */
  batchSize: number;
  /**
   * Makes means over the batch from those over the part, `[means]`, where each part counts by its images. Called as often, and in the
   * same order, in every worker of the step; its result is the enclosing tidy's.
   */
  reduce: (means: tf.Tensor1D) => tf.Tensor1D;
  /** Where the gradient goes: room for all trainable weights, shared with other threads or not. Default: a new array. */
  into?: Float32Array | undefined;
}

/**
 * A worker's side of data-parallel training.
 */
export interface GradientWorker {
  /**
   * Computes what a part adds to loss and gradient of its batch: summed over the parts, they are those of the batch.
   * @throws `InputError` if `into` is too short, before anything is computed; what the backend throws, and nothing is left over.
   */
  gradients(part: GradientPart): Promise<HostGradients>;
  /** Frees the model. */
  dispose(): void;
}

const parseJob = object({
  topology: unchecked,
  loss: unchecked,
  precision: unchecked,
  weights: unchecked,
  means: unchecked,
} satisfies Described<GradientJob>);

/**
 * Makes a worker's side of data-parallel training: what `startTrainingWorkers` runs in each of its threads, for other transports than
 * threads.
 *
 * @param job What `train` gave to `open` of its workers.
 * @returns The worker; it holds a model of its own.
 * @throws `BackendError` if no backend is active.
 * @throws `InputError` if the job is none or its loss is not valid.
 * @example
 * ```ts
 * const worker = await createGradientWorker(job);
 * const { loss, gradients } = await worker.gradients(part);
 * ```
 */
export async function createGradientWorker(job: GradientJob): Promise<GradientWorker> {
  parseJob('createGradientWorker: job', job);
  await ensureBackend('createGradientWorker');
  registerTrainingKernels();
  await prepareKernels();
  const model = await modelOf(job.topology);
  const { objective, forward } = prepare(model, job);
  const variables = model.weights.map((weight) => weight.read() as tf.Variable);
  return {
    async gradients({ weights, batch, preprocessing, key, first, batchSize, reduce, into }) {
      if (into) checkRoom(into, model);
      assign(variables, weights);
      const kept: tf.Tensor[] = [];
      const keep: Keep = (tensor) => (kept.push(tf.keep(tensor)), tensor);
      const part: PartOfBatch = { first, batchSize, reduce };
      try {
        const { value, logits, gradients } = tf.tidy(() => {
          const result = gradientsOf(model, forward, objective, preprocessing, batch, key, keep, part);
          return { value: keep(result.loss), logits: result.logits, gradients: result.gradients.map(keep) };
        });
        return {
          loss: (await value.data())[0]!,
          logits: await logits.data<'float32'>(),
          gradients: await flatten(gradients, into),
          statistics: await flatten(statisticsOf(model)),
        };
      } catch (error) {
        freeTape();
        throw error;
      } finally {
        tf.dispose(kept);
      }
    },
    dispose() {
      forward.restore();
      model.dispose();
    },
  };
}

/** Loss and forward pass of a model; without a model that does not serve. */
function prepare(model: tfl.LayersModel, job: GradientJob) {
  try {
    const loss = parseLoss('createGradientWorker: job.loss', job.loss);
    return {
      objective: createObjective(loss, model.outputs[0]!.shape[1]!),
      forward: prepareForTraining(model, job.precision),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

function checkRoom(into: Float32Array, model: tfl.LayersModel): void {
  const size = trainedVariables(model).reduce((sum, variable) => sum + variable.size, 0);
  if (into.length >= size) return;
  const where = 'createGradientWorker: gradients: into';
  throw inputError(where, `room for ${size} numbers`, `for ${into.length}`);
}

function assign(variables: readonly tf.Variable[], weights: Float32Array): void {
  let end = 0;
  tf.tidy(() => {
    for (const variable of variables) {
      variable.assign(tf.tensor(weights.slice(end, (end += variable.size)), variable.shape));
    }
  });
}

async function flatten(
  tensors: readonly tf.Tensor[],
  all: Float32Array = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0)),
): Promise<Float32Array> {
  let end = 0;
  for (const tensor of tensors) {
    all.set(await tensor.data<'float32'>(), end);
    end += tensor.size;
  }
  return all;
}
