import * as tf from '@tensorflow/tfjs-core';
import type * as tfd from '@tensorflow/tfjs-data';
import type { Augmentation } from '../data/augment';
import type { Batch, LabeledImages } from '../data/batches';
import { batches, countBatches, UNLABELED } from '../data/batches';
import { readTensors } from '../data/from-tensors';
import { join, oneHot } from '../data/rows';
import { selectImages } from '../data/select';
import { splitIndices } from '../data/split';
import { inputError } from '../errors';
import { checkPictures } from '../evaluate/predict';
import { checkClasses } from '../metrics/confusion-matrix';
import { Random } from '../random';
import { describe } from '../validate';

/**
 * Pictures and targets as tensors: `[n, h, w, c]` 0..255 and `[n, classes]` float32.
 *
 * @example
 * ```ts
 * const data: TensorData = dataset.toTensors();
 * await train(model, data, { epochs: 30 });
 * tf.dispose([data.xs, data.ys]);
 * ```
 */
export interface TensorData {
  /** Pictures, `[n, h, w, c]`, 0..255; borrowed. */
  xs: tf.Tensor4D;
  /** Targets, `[n, classes]`, one-hot or soft; borrowed. */
  ys: tf.Tensor2D;
}

/**
 * A `tf.data.Dataset` whose elements are batches `{ xs, ys }`; each iteration is one epoch.
 *
 * @example
 * ```ts
 * const data: StreamedData = dataset.toDataset({ batchSize: 32 });
 * await train(model, data, { epochs: 30 });
 * ```
 */
export type StreamedData = tfd.Dataset<tf.TensorContainer>;

/**
 * What can be trained on: a data set on the host, tensors, or a stream of batches.
 *
 * @example
 * ```ts
 * const fit = (data: TrainingData) => train(model, data, { epochs: 30 });
 * await fit(dataset);
 * ```
 */
export type TrainingData = LabeledImages | TensorData | StreamedData;

/** Training data in one form: batches by epoch, with the shuffle and augmentation of the run. */
export interface BatchSource {
  /** Pictures an epoch; undefined if only a full pass tells. */
  readonly size: number | undefined;
  /** Steps an epoch; undefined if only a full pass tells. */
  readonly steps: number | undefined;
  /** The batches of an epoch from a given one on. */
  batches(epoch: number, firstBatch: number): AsyncIterable<Batch> | Iterable<Batch>;
}

/** What a {@link BatchSource} needs to know of the run. */
export interface SourceOptions {
  batchSize: number;
  seed: number;
  /** The augmentation of an epoch, from 0. */
  augment: (epoch: number) => Augmentation | undefined;
}

/** Whether data is a `tf.data.Dataset`. */
export function isStream(data: unknown): data is StreamedData {
  return typeof (data as { iterator?: unknown } | null)?.iterator === 'function';
}

/** Brings tensors or a data set on the host into the form of the latter. */
export async function toLabeledImages(where: string, data: LabeledImages | TensorData): Promise<LabeledImages> {
  if (typeof data !== 'object' || data === null || !('xs' in data || 'images' in data)) {
    const expected = 'a Dataset, { xs, ys } or a tf.data.Dataset';
    throw inputError(where, expected, describe(data));
  }
  const pictures = 'xs' in data ? await readTensors(where, data) : data;
  checkPictures(where, pictures);
  return pictures;
}

/** Throws unless there are pictures, and something to learn from or to be compared with for each of them. */
export function checkLabeled(where: string, { size, targets, labels, numClasses }: LabeledImages): void {
  if (size === 0) throw inputError(where, 'at least one picture', 'an empty data set');
  if (targets) return;
  const unlabelled = labels.indexOf(UNLABELED);
  if (unlabelled < 0) return checkClasses(`${where}: labels`, labels, numClasses);
  throw inputError(
    where,
    'a label for every picture',
    `none at position ${unlabelled}`,
    'Leave unlabelled pictures out with dataset.subset().',
  );
}

/** Sets a share of a data set aside, drawn class by class. */
export function setAside(data: LabeledImages, share: number, seed: number) {
  const [kept, held] = splitIndices(data.labels, { fractions: [1 - share, share] as const, seed, stratify: true });
  return { training: selectImages(data, kept), held: selectImages(data, held) };
}

/** Collects a whole stream on the host, for validation. */
export async function collect(where: string, stream: StreamedData): Promise<LabeledImages> {
  const parts: Batch[] = [];
  for await (const batch of streamBatches(where, stream)) parts.push(batch);
  const first = parts[0]!;
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return {
    ...first,
    images: join(Float32Array, parts, (part) => part.images),
    labels: new Uint8Array(size).fill(UNLABELED),
    targets: join(Float32Array, parts, (part) => part.targets),
    sampleWeights: undefined,
    size,
  };
}

/** Batches of a data set on the host: order and augmentation depend on seed and epoch alone. */
export function hostSource(where: string, data: LabeledImages, options: SourceOptions): BatchSource {
  const { batchSize, seed, augment } = options;
  checkLabeled(where, data);
  return {
    size: data.size,
    steps: countBatches(data.size, batchSize),
    batches(epoch, firstBatch) {
      const augmentation = augment(epoch);
      const options = { batchSize, seed, epoch, firstBatch, shuffle: true };
      return batches(data, augmentation ? { ...options, augment: augmentation } : options);
    },
  };
}

/** Batches of a stream, in its own order and size; augmentation depends on seed, epoch and position. */
export function streamSource(where: string, stream: StreamedData, { seed, augment }: SourceOptions): BatchSource {
  const steps = Number.isFinite(stream.size) ? stream.size : undefined;
  return {
    size: undefined,
    steps,
    async *batches(epoch, firstBatch) {
      const augmentation = augment(epoch);
      let index = 0;
      for await (const batch of streamBatches(where, stream)) {
        if (index >= firstBatch) {
          augmentation?.(batch, new Random(seed, epoch, 2, index));
          yield batch;
        }
        index++;
      }
    },
  };
}

async function* streamBatches(where: string, stream: StreamedData): AsyncGenerator<Batch, void> {
  if (stream.size === Infinity) {
    throw inputError(where, 'a tf.data.Dataset with an end', 'one that is repeated for ever');
  }
  const iterator = await stream.iterator();
  for (let count = 0; ; count++) {
    const { value, done } = await iterator.next();
    if (done && count > 0) return;
    if (done) throw inputError(where, 'at least one batch', 'an empty tf.data.Dataset');
    try {
      const pictures = await readTensors(where, (value ?? {}) as unknown as TensorData);
      checkLabeled(where, pictures);
      const { images, labels, targets, numClasses } = pictures;
      yield { ...pictures, images: Float32Array.from(images), targets: targets ?? oneHot(labels, numClasses) };
    } finally {
      tf.dispose(value);
    }
  }
}
