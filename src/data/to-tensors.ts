import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import { requireBackend } from '../backend/backend';
import {
  type Batch,
  batches,
  type BatchOptions,
  countBatches,
  generate,
  type LabeledImages,
  parseBatchOptions,
} from './batches';
import { pixelsOf } from './copies';

/** Options of `Dataset.toDataset`. */
export type TfDatasetOptions = Omit<BatchOptions, 'firstBatch'>;

/** Images and their targets as tensors. */
export interface LabeledTensors extends tf.NamedTensorMap {
  /** [n, height, width, 1] float32, 0..255 */
  xs: tf.Tensor4D;
  /** [n, numClasses] float32, one-hot or soft targets; all 0 for unknown labels */
  ys: tf.Tensor2D;
}

/** Returns one image, [height, width, channels] float32, 0..255; owned by the caller. */
export function imageTensor(data: LabeledImages, index: number): tf.Tensor3D {
  requireBackend('Dataset.image');
  return tf.tensor3d(Float32Array.from(pixelsOf(data, index)), [data.height, data.width, data.channels]);
}

/** Returns all images and targets; owned by the caller. */
export function toTensors(data: LabeledImages): LabeledTensors {
  requireBackend('Dataset.toTensors');
  const [all] = batches(data, { batchSize: Math.max(data.size, 1) });
  return upload(data, all ?? { images: new Float32Array(0), targets: new Float32Array(0), size: 0 });
}

/** Converts to batches of images and targets; each iterator is the next epoch. */
export function toTfDataset(data: LabeledImages, options: TfDatasetOptions): tfd.Dataset<LabeledTensors> {
  const parsed = parseBatchOptions('Dataset.toDataset', options);
  const { batchSize, dropRemainder } = parsed;
  let { epoch } = parsed;
  const dataset = tfd.generator<LabeledTensors>(function* () {
    for (const batch of generate(data, { ...parsed, epoch: epoch++ })) yield upload(data, batch);
  });
  return Object.assign(dataset, { size: countBatches(data.size, batchSize, dropRemainder) });
}

function upload(
  { height, width, channels, numClasses }: LabeledImages,
  { images, targets, size }: Pick<Batch, 'images' | 'targets' | 'size'>,
): LabeledTensors {
  return {
    xs: tf.tensor4d(images, [size, height, width, channels]), // [n, 48, 48, 1]
    ys: tf.tensor2d(targets, [size, numClasses]), // [n, 7]
  };
}
