import * as tf from '@tensorflow/tfjs-core';
import type * as tfd from '@tensorflow/tfjs-data';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkSameClasses } from '../class-names';
import type { Augmentation } from '../data/augment';
import { type Batch, batches, countBatches, type LabeledImages, UNLABELED } from '../data/batches';
import { readTensors } from '../data/from-tensors';
import { join, oneHot } from '../data/rows';
import { selectImages } from '../data/select';
import { splitIndices } from '../data/split';
import { inputError, within } from '../errors';
import { checkPictures } from '../evaluate/predict';
import { checkClasses } from '../metrics/confusion-matrix';
import { applyTemperature } from '../metrics/temperature';
import { checkModel, checkOutput } from '../models/facts';
import { factsOf } from '../models/known-facts';
import { Random } from '../random';
import { describe } from '../validate';
import { augmentationByEpoch } from './curriculum';
import type { ResolvedLoss } from './losses';
import type { ResolvedOptions } from './parse-options';

/**
 * Images and targets as tensors: `[n, h, w, c]` 0..255 and `[n, classes]` float32.
 */
export interface TensorData {
  /** Images, `[n, h, w, c]`, 0..255; borrowed. */
  xs: tf.Tensor4D;
  /** Targets, `[n, classes]`, one-hot or soft; borrowed. */
  ys: tf.Tensor2D;
}

/**
 * A `tf.data.Dataset` whose elements are batches `{ xs, ys }`; each iteration is one epoch.
 */
export type StreamedData = tfd.Dataset<tf.TensorContainer>;

/**
 * Training data: a data set on the host, tensors, or a stream of batches.
 */
export type TrainingData = LabeledImages | TensorData | StreamedData;

/** The data of a run, checked. */
export interface RunData {
  /** The training data on the host; undefined for a stream. */
  readonly training: LabeledImages | undefined;
  /** The validation data. */
  readonly validation: LabeledImages | undefined;
  /** Steps per epoch; undefined for a stream of unknown length. */
  readonly steps: number | undefined;
  /** The batches of an epoch from a given one on. Order and augmentation depend on seed, epoch and position alone. */
  batches(epoch: number, firstBatch: number): AsyncIterable<Batch> | Iterable<Batch>;
}

/**
 * Brings training and validation data into one form.
 *
 * @param model The model; borrowed.
 * @param data The training data; borrowed.
 * @throws InputError if the data does not fit the options or the model.
 */
export async function openData(
  model: tfl.LayersModel,
  data: TrainingData,
  { batchSize, seed, epochs, validation: given, augment: own, curriculum, loss }: ResolvedOptions,
): Promise<RunData> {
  const stream = isStream(data) ? data : undefined;
  if (stream) within('train: model', () => checkModel(model)); // other data is compared with its outputs below
  let training = stream ? undefined : await within('train: data', () => toLabeledImages(data as LabeledImages));
  let validation: LabeledImages | undefined;
  if (typeof given !== 'number') {
    validation =
      given && (await (isStream(given) ? collect(given) : within('train: validation', () => toLabeledImages(given))));
  } else if (training) {
    const fractions = [1 - given, given] as const;
    const [kept, held] = splitIndices(training.labels, { fractions, seed, stratify: true });
    [training, validation] = [selectImages(training, kept), selectImages(training, held)];
  } else {
    throw inputError('train: validation', 'validation data of its own for a tf.data.Dataset', describe(given));
  }
  if (validation) within('train: validation', () => checkLabeled(validation));
  for (const each of [training, validation]) if (each) within('train', () => checkOutput(model, each));
  within('train: validation', () => checkSameClasses(training?.classNames, validation?.classNames));
  const known = factsOf(model).classNames; // other names replace them, but the same in another order would mix up the outputs
  if (known?.every((name) => training?.classNames?.includes(name))) {
    within('train: data', () => checkSameClasses(known, training?.classNames));
  }
  const augment = softening(loss, training?.teacher, augmentationByEpoch(own, epochs, curriculum));
  if (!training) {
    const batches = (epoch: number, first: number) => streamFrom(stream!, first, seed, epoch, augment(epoch));
    return { training, validation, steps: Number.isFinite(stream!.size) ? stream!.size : undefined, batches };
  }
  within('train: data', () => checkLabeled(training));
  return {
    training,
    validation,
    steps: countBatches(training.size, batchSize),
    batches(epoch, firstBatch) {
      const augmentation = augment(epoch);
      const options = { batchSize, seed, epoch, firstBatch, shuffle: true };
      return batches(training, augmentation ? { ...options, augment: augmentation } : options);
    },
  };
}

/** Augmentation that first brings the teacher's probabilities to the temperature of the distillation. */
function softening(
  { distillation }: ResolvedLoss,
  teacher: Float32Array | undefined,
  augment: (epoch: number) => Augmentation | undefined,
): (epoch: number) => Augmentation | undefined {
  if (!distillation) return augment;
  if (!teacher) {
    const expected = "a teacher's probabilities for every training image";
    const remedy = 'Add them with dataset.withTeacher(probabilities).';
    throw inputError('train: loss.distillation', expected, 'data without them', remedy);
  }
  return (epoch) => (batch, random) => {
    batch.teacher = applyTemperature(batch.teacher!, batch.numClasses, distillation.temperature);
    augment(epoch)?.(batch, random);
  };
}

function isStream(data: unknown): data is StreamedData {
  return typeof (data as { iterator?: unknown } | null)?.iterator === 'function';
}

/** Brings tensors or a data set on the host into the form of the latter. */
async function toLabeledImages(data: LabeledImages | TensorData): Promise<LabeledImages> {
  const { xs, images } = Object(data) as Partial<LabeledImages & TensorData>;
  if (!xs && !images) throw inputError('', 'a Dataset, { xs, ys } or a tf.data.Dataset', describe(data));
  const labeled = xs ? await readTensors(data as TensorData) : (data as LabeledImages);
  checkPictures(labeled);
  return labeled;
}

/** Throws unless there are images, each with a label or targets. */
function checkLabeled({ size, targets, labels, numClasses }: LabeledImages): void {
  if (size === 0) throw inputError('', 'at least one image', 'an empty data set');
  if (targets) return;
  const unlabeled = labels.indexOf(UNLABELED);
  if (unlabeled < 0) return within(': labels', () => checkClasses(labels, numClasses));
  const remedy = 'Leave unlabeled images out with dataset.subset().';
  throw inputError('', 'a label for every image', `none at position ${unlabeled}`, remedy);
}

/** Collects a whole stream on the host, for validation. */
async function collect(stream: StreamedData): Promise<LabeledImages> {
  const parts: Batch[] = [];
  for await (const batch of streamBatches('train: validation', stream)) parts.push(batch);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  return {
    ...parts[0]!,
    images: join(Float32Array, parts, (part) => part.images),
    labels: new Uint8Array(size).fill(UNLABELED),
    targets: join(Float32Array, parts, (part) => part.targets),
    sampleWeights: undefined,
    size,
  };
}

/** The batches of a stream, in its own order and size, augmented. */
async function* streamFrom(
  stream: StreamedData,
  firstBatch: number,
  seed: number,
  epoch: number,
  augment: Augmentation | undefined,
): AsyncGenerator<Batch, void> {
  let index = 0;
  for await (const batch of streamBatches('train: data', stream)) {
    if (index >= firstBatch) {
      augment?.(batch, new Random(seed, epoch, 2, index));
      yield batch;
    }
    index++;
  }
}

async function* streamBatches(where: string, stream: StreamedData): AsyncGenerator<Batch, void> {
  if (stream.size === Infinity)
    throw inputError(where, 'a tf.data.Dataset with an end', 'one that is repeated forever');
  const iterator = await stream.iterator();
  for (let count = 0; ; count++) {
    const { value, done } = await iterator.next();
    if (done && count > 0) return;
    if (done) throw inputError(where, 'at least one batch', 'an empty tf.data.Dataset');
    try {
      const labeled = await within(where, async () => {
        const read = await readTensors(Object(value) as TensorData);
        checkLabeled(read);
        return read;
      });
      const { images, labels, targets, numClasses } = labeled;
      yield { ...labeled, images: Float32Array.from(images), targets: targets ?? oneHot(labels, numClasses) };
    } finally {
      tf.dispose(value);
    }
  }
}
