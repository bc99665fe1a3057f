import { Random } from '../random';
import { checkInteger, checkOptions } from '../validate';
import type { Augmentation, AugmentOptions } from './augment';
import { toAugmentation } from './augment';
import { oneHot } from './rows';
import { selectImages } from './select';

/**
 * The label of a picture whose class is unknown, above all classes.
 *
 * @example
 * ```ts
 * UNLABELED; // 255
 * ```
 */
export const UNLABELED = 255;

/**
 * Pictures and what is known of them, as plain arrays: what the trainer and the evaluator read.
 *
 * @example
 * ```ts
 * const shape = { size: 2, height: 64, width: 64, channels: 1, numClasses: 2 };
 * const images = new Uint8Array(2 * 64 * 64);
 * const mine: LabeledImages = { ...shape, images, labels: Uint8Array.of(0, 1), targets: undefined, sampleWeights: undefined };
 * ```
 */
export interface LabeledImages {
  /** Pixels, `[size, height, width, channels]` row by row, 0..255. */
  readonly images: Uint8Array | Float32Array;
  /** Labels, `[size]`, 0..numClasses - 1 or {@link UNLABELED}. */
  readonly labels: Uint8Array;
  /** Soft targets, `[size, numClasses]`, rows summing to 1; they take precedence over the labels in training. */
  readonly targets: Float32Array | undefined;
  /** What a teacher network gives each class, `[size, numClasses]`, rows summing to 1; for training by distillation. */
  readonly teacher?: Float32Array | undefined;
  /** Weight of each picture in the loss, `[size]`, at least 0. */
  readonly sampleWeights: Float32Array | undefined;
  /** Number of pictures. */
  readonly size: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /** Pixels from left to right. */
  readonly width: number;
  /** 1 (gray), 3 (RGB) or 4 (RGBA). */
  readonly channels: number;
  /** Number of classes, 1..255. */
  readonly numClasses: number;
  /** Names of the classes in label order, if known. */
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Some pictures in the form that is uploaded; the consumer owns the arrays.
 *
 * @example
 * ```ts
 * const brightness = ({ images, size }: Batch) => images.reduce((sum, value) => sum + value, 0) / size;
 * for (const batch of batches(dataset, { batchSize: 32 })) console.log(brightness(batch));
 * ```
 */
export interface Batch {
  /** Pixels, `[size, height, width, channels]`, 0..255. */
  images: Float32Array;
  /** Targets, `[size, numClasses]`; all 0 where the label is unknown. */
  targets: Float32Array;
  /** Probabilities of the teacher, `[size, numClasses]`. */
  teacher?: Float32Array | undefined;
  /** Weights in the loss, `[size]`. */
  sampleWeights: Float32Array | undefined;
  /** Number of pictures. */
  size: number;
  /** Pixels from top to bottom. */
  height: number;
  /** Pixels from left to right. */
  width: number;
  /** Channels a pixel. */
  channels: number;
  /** Number of classes. */
  numClasses: number;
}

/**
 * How to cut a data set into batches.
 *
 * @example
 * ```ts
 * const options: BatchOptions = { batchSize: 128, shuffle: true, seed: 1, epoch: 4, augment: { flip: 0.5 } };
 * for (const { size } of batches(dataset, options)) console.log(size);
 * ```
 */
export interface BatchOptions {
  /** Pictures a batch, at least 1. Default 64. */
  batchSize?: number;
  /** Whether to draw a new order for each epoch. Default false. */
  shuffle?: boolean;
  /** Seed of order and augmentation, an integer of at least 0. Default 0. */
  seed?: number;
  /** Number of the epoch, from 0; with the seed it fixes order and augmentation. Default 0. */
  epoch?: number;
  /** Random changes to the pictures. Default none. */
  augment?: AugmentOptions | Augmentation;
  /** Whether a last batch that is not full is left out. Default false. */
  dropRemainder?: boolean;
  /** Number of the first batch to give, to go on within an epoch. Default 0. */
  firstBatch?: number;
}

const ORDER = 1;
const AUGMENTATION = 2;

/**
 * Cuts a data set into batches. Order and augmentation depend on seed and epoch alone, so that an epoch can be repeated, and
 * entered in the middle, exactly.
 *
 * @param data The pictures; borrowed and not changed.
 * @param options Size, order and augmentation.
 * @returns A generator of batches; each is the consumer's own.
 * @throws InputError if an option is unknown or out of range.
 * @example
 * ```ts
 * for (const batch of batches(dataset, { batchSize: 128, shuffle: true, seed: 1, epoch: 4 })) console.log(batch.size);
 * ```
 */
export function batches(data: LabeledImages, options: BatchOptions = {}): Generator<Batch, void> {
  return batchesFor('batches', data, options);
}

/** What {@link batches} does, for a function of another name. */
export function batchesFor(where: string, data: LabeledImages, options: BatchOptions): Generator<Batch, void> {
  checkOptions(where, options, ['batchSize', 'shuffle', 'seed', 'epoch', 'augment', 'dropRemainder', 'firstBatch']);
  const { batchSize = 64, seed = 0, epoch = 0, firstBatch = 0, augment } = options;
  checkInteger(`${where}: batchSize`, batchSize, { min: 1 });
  checkInteger(`${where}: seed`, seed, { min: 0 });
  checkInteger(`${where}: epoch`, epoch, { min: 0 });
  checkInteger(`${where}: firstBatch`, firstBatch, { min: 0 });
  const augmentation = toAugmentation(`${where}: augment`, augment);
  return generate(data, options, batchSize, seed, epoch, firstBatch, augmentation);
}

function* generate(
  data: LabeledImages,
  { shuffle = false, dropRemainder = false }: BatchOptions,
  batchSize: number,
  seed: number,
  epoch: number,
  firstBatch: number,
  augment: Augmentation | undefined,
): Generator<Batch, void> {
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
 * The number of batches in an epoch.
 *
 * @param size Number of pictures.
 * @param batchSize Pictures a batch.
 * @param dropRemainder Whether a last batch that is not full is left out.
 * @returns The number, 0 for an empty set.
 * @throws InputError if a number is not an integer or too small.
 * @example
 * ```ts
 * countBatches(28709, 128); // 225
 * ```
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
