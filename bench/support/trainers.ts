import * as tf from '@tensorflow/tfjs-core';
import { createModel, train, type AugmentOptions, type Dataset, type TrainOptions, type ModelName } from 'fer-cnn';
import { activate, type BackendName } from '../../src/cli/backend';
import { timed, type Contender } from './measure';
import { flopsOf, noise } from './networks';

/** What is trained: a network, pictures a batch, and steps of one turn. */
export interface Job {
  model: ModelName;
  batch: number;
  steps: number;
  augment?: AugmentOptions;
  precision?: 'float32' | 'bfloat16';
  workers?: NonNullable<TrainOptions['workers']>;
}

/** The augmentation of the recipes. */
export const AUGMENT: AugmentOptions = { flip: 0.5, affine: { rotate: 8, scale: 0.08, shift: 0.07 }, contrast: 0.15 };

const work = ({ batch, model }: Job) => ({ images: batch, flop: batch * trainingFlops(model) });

function trainingFlops(name: ModelName): number {
  const model = createModel(name);
  const { training } = flopsOf(model);
  model.dispose();
  return training;
}

/** `train` of this package, everything included: batches, upload, loss and accuracy read back. */
export async function ours(backend: BackendName, job: Job, name = 'train'): Promise<Contender> {
  await activate(backend);
  const { batch, steps, augment, workers, precision = 'float32' } = job;
  const model = createModel(job.model, { seed: 1 });
  const data: Dataset = noise(batch * steps);
  const optimization = { learningRate: 1e-3 };
  const options = {
    epochs: 1,
    batchSize: batch,
    precision,
    optimization,
    ...(augment && { augment }),
    ...(workers && { workers }),
  };
  return {
    name,
    ...work(job),
    async measure() {
      await activate(backend);
      const { ms, cpu } = await timed(() => train(model, data, options));
      return { ms: ms / steps, cpu: cpu / steps };
    },
    close: () => void model.dispose(),
  };
}

/** `trainOnBatch` of plain tfjs-layers on the same network, with tensors that are on the backend already. */
export async function plain(backend: BackendName, job: Job, name = 'plain tfjs'): Promise<Contender> {
  await activate(backend);
  const { batch, steps } = job;
  const model = createModel(job.model, { seed: 1 });
  model.compile({
    optimizer: tf.train.momentum(1e-3, 0.9, true),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  });
  const data = noise(batch);
  const xs = tf.tidy(() => tf.div(tf.tensor4d(Float32Array.from(data.images), [batch, 48, 48, 1]), 255));
  const ys = tf.tidy(() => tf.oneHot(tf.tensor1d(Array.from(data.labels), 'int32'), 7));
  return {
    name,
    ...work(job),
    async measure() {
      await activate(backend);
      return timed(() => model.trainOnBatch(xs, ys), steps);
    },
    close: () => {
      model.dispose();
      tf.dispose([xs, ys]);
    },
  };
}
