import { Random } from '../random';
import { batchSize, flag, integer, object, optional, type Schema, seed } from '../schema';
import { checkInteger } from '../validate';
import { type Augmentation, type AugmentOptions, parseAugmentation } from './augment';
import { oneHot } from './rows';
import { selectImages } from './select';

/**
 * The label of images whose class is unknown.
 */
export const UNLABELED = 255;

/** Images with labels and targets as plain arrays, for training and evaluation. */
export interface LabeledImages {
  /** Pixels, `[size, height, width, channels]` row by row, 0..255. */
  readonly images: Uint8Array | Float32Array;
  /** Labels, `[size]`, 0..numClasses - 1 or {@link UNLABELED}. */
  readonly labels: Uint8Array;
  /** Soft targets, `[size, numClasses]`, rows summing to 1; they take precedence over the labels in training. */
  readonly targets: Float32Array | undefined;
  /** The probabilities of a teacher model for distillation, `[size, numClasses]`, rows summing to 1. */
  readonly teacher?: Float32Array | undefined;
  /** The weight of each image in the loss, `[size]`, at least 0. */
  readonly sampleWeights: Float32Array | undefined;
  /** The number of images. */
  readonly size: number;
  /** The height in pixels. */
  readonly height: number;
  /** The width in pixels. */
  readonly width: number;
  /** 1 (gray), 3 (RGB) or 4 (RGBA). */
  readonly channels: number;
  /** The number of classes, 1..255. */
  readonly numClasses: number;
  /** The class names in label order, if known. */
  readonly classNames?: readonly string[] | undefined;
}

/** A batch of images before the upload. The consumer owns the arrays. */
export interface Batch {
  /** Pixels, `[size, height, width, channels]`, 0..255. */
  images: Float32Array;
  /** Targets, `[size, numClasses]`; all 0 for unknown labels. */
  targets: Float32Array;
  /** The probabilities of the teacher, `[size, numClasses]`. */
  teacher?: Float32Array | undefined;
  /** Weights in the loss, `[size]`. */
  sampleWeights: Float32Array | undefined;
  /** The number of images. */
  size: number;
  /** The height in pixels. */
  height: number;
  /** The width in pixels. */
  width: number;
  /** The number of channels. */
  channels: number;
  /** The number of classes. */
  numClasses: number;
}

/** Options of {@link batches}. */
export interface BatchOptions {
  /** The number of images per batch, at least 1. Default 64. */
  batchSize?: number;
  /** Whether to shuffle the images in each epoch. Default false. */
  shuffle?: boolean;
  /** The seed of shuffling and augmentation, an integer of at least 0. Default 0. */
  seed?: number;
  /** The epoch, from 0. Seed and epoch determine shuffling and augmentation. Default 0. */
  epoch?: number;
  /** Random augmentation of the images. Default: none. */
  augment?: AugmentOptions | Augmentation;
  /** Whether to drop a smaller last batch. Default false. */
  dropRemainder?: boolean;
  /** The first batch, to resume within an epoch. Default 0. */
  firstBatch?: number;
}

const ORDER = 1;
const AUGMENTATION = 2;

/**
 * Splits a data set into batches. Shuffling and augmentation depend only on the seed and the epoch, so that an epoch can be repeated or
 * resumed exactly.
 *
 * @param data The images; borrowed.
 * @param options The batch size, shuffling and augmentation.
 * @returns A generator of batches, owned by the consumer.
 * @throws InputError if an option is unknown or out of range.
 * @example
 * ```ts
 * for (const batch of batches(dataset, { batchSize: 128, shuffle: true, seed: 1, epoch: 4 })) console.log(batch.size);
 * ```
 */
export function batches(data: LabeledImages, options: BatchOptions = {}): Generator<Batch, void> {
  return generate(data, parseBatchOptions('batches', options));
}

/** Checks the options of {@link batches}. */
export const parseBatchOptions = object({
  batchSize,
  shuffle: optional(flag, false),
  seed,
  epoch: optional(integer({ min: 0 }), 0),
  augment: parseAugmentation,
  dropRemainder: optional(flag, false),
  firstBatch: optional(integer({ min: 0 }), 0),
} satisfies Schema<BatchOptions>);

/** {@link batches} with parsed options. */
export function* generate(data: LabeledImages, options: ReturnType<typeof parseBatchOptions>): Generator<Batch, void> {
  const { batchSize, shuffle, seed, epoch, augment, dropRemainder, firstBatch } = options;
  const order = Uint32Array.from({ length: data.size }, (_, i) => i);
  if (shuffle) new Random(seed, epoch, ORDER).shuffle(order);
  const count = countBatches(data.size, batchSize, dropRemainder);
  for (let b = firstBatch; b < count; b++) {
    const batch = gather(data, order.subarray(b * batchSize, (b + 1) * batchSize));
    augment?.(batch, new Random(seed, epoch, AUGMENTATION, b));
    yield batch;
  }
}

/**
 * Computes the number of batches in an epoch.
 *
 * @param batchSize The number of images per batch.
 * @param dropRemainder Whether to drop a smaller last batch.
 * @returns The number of batches; 0 for no images.
 * @throws InputError if a number is not an integer or too small.
 */
export function countBatches(size: number, batchSize: number, dropRemainder = false): number {
  checkInteger('countBatches: size', size, { min: 0 });
  checkInteger('countBatches: batchSize', batchSize, { min: 1 });
  return dropRemainder ? Math.floor(size / batchSize) : Math.ceil(size / batchSize);
}

function gather(data: LabeledImages, indices: Uint32Array): Batch {
  const { images, labels, targets, classNames: _, ...rest } = selectImages(data, indices);
  return { ...rest, images: new Float32Array(images), targets: targets ?? oneHot(labels, data.numClasses) };
}
