import type * as tf from '@tensorflow/tfjs-core';
import type * as tfd from '@tensorflow/tfjs-data';
import type { DatasetError } from '../errors';
import { EMOTIONS, type Usage } from '../labels';
import { checkInteger, checkIterable } from '../validate';
import { type LabeledImages, UNLABELED } from './batches';
import { checkParts, concatParts, type FerDatasetParts, selectParts } from './dataset-parts';
import { type Fold, foldNumbers, type FoldOptions } from './folds';
import { type DEFAULT_FRACTIONS, splitIndices, type SplitOptions, type SplitParts } from './split';
import { imageTensor, type LabeledTensors, type TfDatasetOptions, toTensors, toTfDataset } from './to-tensors';
import { NO_USAGE, usageIndices } from './usage';

/**
 * Gray images with the seven emotions of FER2013 as labels, held as plain bytes: no tensors, nothing to dispose of. A
 * data set is not changed; its methods give new ones.
 *
 * @example
 * ```ts
 * const dataset = await loadFer2013('https://example.org/fer2013.csv.gz');
 * dataset.where('Training').size; // 28709
 * const [training, validation, test] = dataset.split({ seed: 1, stratify: true });
 * ```
 */
export class FerDataset implements LabeledImages {
  /** Pixels, [size, height, width, 1], 0..255. It may be a view of a larger buffer. */
  readonly images: Uint8Array;
  /** Labels, [size], 0..6 in the order of `EMOTIONS`, or 255 (`UNLABELED`). */
  readonly labels: Uint8Array;
  /** Splits, [size], positions in `USAGES`, or 255 if unknown. */
  readonly usage: Uint8Array;
  /** Rows of the file, [size], counted from 1; the header of a CSV file is row 1. */
  readonly rows: Uint32Array;
  /** Soft targets, [size, 7], rows summing to 1; they take precedence over the labels in training. */
  readonly targets: Float32Array | undefined;
  /** What a teacher network gives each class, [size, 7], rows summing to 1; for training by distillation. */
  readonly teacher: Float32Array | undefined;
  /** Weight of each image in the loss, [size], at least 0. */
  readonly sampleWeights: Float32Array | undefined;
  /** Names of the images' files, if each has one. */
  readonly names: readonly string[] | undefined;
  /** What was left out in loading with `onInvalid: 'skip'`. Empty in subsets. */
  readonly skipped: readonly DatasetError[];
  /** Number of images. */
  readonly size: number;
  /** Pixels from top to bottom, 48 in FER2013. */
  readonly height: number;
  /** Pixels from left to right, 48 in FER2013. */
  readonly width: number;
  /** 1: all images are gray. */
  readonly channels = 1;
  /** 7. */
  readonly numClasses = EMOTIONS.length;
  /** Names of the classes in label order. */
  readonly classNames = EMOTIONS;

  /**
   * @param parts The images and what is known of them; borrowed, not copied.
   * @throws InputError if a length or a value does not fit.
   */
  constructor(parts: FerDatasetParts) {
    this.size = checkParts(parts);
    const { images, height = 48, width = 48, targets, teacher, sampleWeights, names, skipped = [] } = parts;
    this.images = images;
    this.height = height;
    this.width = width;
    this.labels = parts.labels ?? new Uint8Array(this.size).fill(UNLABELED);
    this.usage = parts.usage ?? new Uint8Array(this.size).fill(NO_USAGE);
    this.rows = parts.rows ?? Uint32Array.from({ length: this.size }, (_, i) => i + 1);
    this.targets = targets;
    this.teacher = teacher;
    this.sampleWeights = sampleWeights;
    this.names = names;
    this.skipped = skipped;
  }

  /**
   * The images of one or several of FER2013's splits.
   *
   * @param usage The split or splits.
   * @returns A copy of these images, empty if there are none.
   * @throws InputError if it is none of the three.
   */
  where(usage: Usage | readonly Usage[]): FerDataset {
    const wanted = usageIndices('FerDataset.where: usage', usage);
    return this.#filter((i) => wanted.has(this.usage[i]!));
  }

  /**
   * The images at some positions.
   *
   * @param indices Positions from 0, in any order; one that stands twice gives the image twice.
   * @returns A copy of these images in the order of the positions.
   * @throws InputError if a position is out of range, or if they are no list.
   */
  subset(indices: Iterable<number>): FerDataset {
    checkIterable('FerDataset.subset: indices', indices);
    const list = Array.from(indices);
    for (const index of list) checkInteger('FerDataset.subset: indices', index, { min: 0, max: this.size - 1 });
    return new FerDataset(selectParts(this, list));
  }

  /**
   * All images but those of some rows, for instance of an audit's `rowsToDrop`.
   *
   * @param rows Numbers as in {@link FerDataset.rows}; those that are not there are ignored.
   * @returns A copy of the images that are left.
   * @throws InputError if they are no list.
   */
  withoutRows(rows: Iterable<number>): FerDataset {
    checkIterable('FerDataset.withoutRows: rows', rows);
    const unwanted = new Set(rows);
    return this.#filter((i) => !unwanted.has(this.rows[i]!));
  }

  /**
   * Splits at random. Note that FER2013 has copies of images, which a random split puts on both sides (see
   * `auditDataset`); its own splits, by {@link FerDataset.where}, are the ones to compare results on.
   *
   * @param options Fractions (80:10:10 unless given), seed and whether to stratify.
   * @returns One data set for each fraction, in file order; no image stands in two.
   * @throws InputError if an option is unknown or out of range.
   * @example
   * ```ts
   * const [training, validation] = dataset.split({ fractions: [0.9, 0.1], seed: 7, stratify: true });
   * ```
   */
  split<const Fractions extends readonly number[] = typeof DEFAULT_FRACTIONS>(
    options: SplitOptions<Fractions> = {},
  ): SplitParts<Fractions, FerDataset> {
    const parts: readonly Uint32Array[] = splitIndices(this.labels, options);
    return parts.map((indices) => this.subset(indices)) as SplitParts<Fractions, FerDataset>;
  }

  /**
   * Cuts the data set into folds, each of which is held out once: for cross-validation, and for soft targets from networks that
   * have not seen the picture. Equal pictures come to the same fold.
   *
   * @param options Number of folds (5) and seed (0).
   * @returns For each fold what to train on, what is held out, and where that stands in this data set.
   * @throws InputError if an option is unknown or out of range, or if there are fewer different pictures than folds.
   * @example
   * ```ts
   * for (const { training, held } of dataset.folds({ folds: 5 })) {
   *   const model = createShallowCnn();
   *   await train(model, training, { epochs: 20, validation: held });
   * }
   * ```
   */
  folds(options: FoldOptions = {}): Fold<FerDataset>[] {
    const numbers = foldNumbers(this, options);
    return Array.from({ length: options.folds ?? 5 }, (_, fold) => ({
      training: this.#filter((i) => numbers[i] !== fold),
      held: this.#filter((i) => numbers[i] === fold),
      heldIndices: Uint32Array.from(numbers.keys()).filter((i) => numbers[i] === fold),
    }));
  }

  /**
   * This data set followed by others. Row numbers are kept, so that those of different files may coincide.
   *
   * @param others Data sets of the same image size.
   * @returns A copy of all images. Labels become targets, and weights 1, where only some of the sets have targets or
   *   weights; names and the teacher's probabilities are kept if all have them.
   * @throws InputError if the image sizes differ, or if a set without labels meets one with targets.
   */
  concat(...others: FerDataset[]): FerDataset {
    return new FerDataset(concatParts([this, ...others.map((set) => ({ ...set }))])); // null becomes {}
  }

  /** The same images with other labels, [size], 0..6 or 255; borrowed. In training, targets take precedence: see `withTargets()`. */
  withLabels(labels: Uint8Array): FerDataset {
    return new FerDataset({ ...this, labels });
  }

  /** The same images with soft targets, [size, 7], rows summing to 1; borrowed. Without an argument: with none. */
  withTargets(targets?: Float32Array): FerDataset {
    return new FerDataset({ ...this, targets });
  }

  /**
   * The same images with what a teacher network gives each class, [size, 7], rows summing to 1, as `predict` returns it; borrowed.
   * Without an argument: with none. `train` uses it with `loss.distillation`.
   */
  withTeacher(teacher?: Float32Array): FerDataset {
    return new FerDataset({ ...this, teacher });
  }

  /** The same images with weights in the loss, [size], at least 0; borrowed. Without an argument: with none. */
  withSampleWeights(sampleWeights?: Float32Array): FerDataset {
    return new FerDataset({ ...this, sampleWeights });
  }

  /** The number of images of each class in label order, by their labels; those without a label are not counted. */
  classCounts(): number[] {
    const counts = EMOTIONS.map(() => 0);
    for (const label of this.labels) if (label !== UNLABELED) counts[label]!++;
    return counts;
  }

  /**
   * One image.
   *
   * @param index Its position, 0..size - 1.
   * @returns [height, width, 1] float32, 0..255; the caller's.
   * @throws InputError if the position is out of range. BackendError if no backend is ready.
   */
  image(index: number): tf.Tensor3D {
    checkInteger('FerDataset.image: index', index, { min: 0, max: this.size - 1 });
    return imageTensor(this, index);
  }

  /**
   * All images as one tensor. It takes four bytes a pixel: 265 MB for FER2013's Training rows.
   *
   * @returns `xs` [n, height, width, 1] float32, 0..255, not yet preprocessed, and `ys` [n, 7] float32; the caller's.
   * @throws BackendError if no backend is ready.
   */
  toTensors(): LabeledTensors {
    return toTensors(this);
  }

  /**
   * The images as a `tf.data.Dataset` of batches, for `model.fitDataset` and the like. Order and augmentation depend on
   * the seed alone: the first iterator that is read gives epoch 0 (or `epoch`), the next one epoch 1, and so on, each
   * in an order of its own if `shuffle` is set; a data set made anew begins anew.
   *
   * @param options Batch size (64), shuffle (false), seed (0), first epoch (0), augmentation (none), dropRemainder
   *   (false).
   * @returns A data set of `{ xs, ys }`: [n, height, width, 1] float32 0..255, not yet preprocessed, and [n, 7]
   *   float32; the tensors are the consumer's. Its `size` is the number of batches.
   * @throws InputError if an option is unknown or out of range.
   * @example
   * ```ts
   * const data = training.toDataset({ batchSize: 128, shuffle: true, seed: 1 });
   * model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
   * await model.fitDataset(data.map(({ xs, ys }) => ({ xs: preprocess(xs), ys })), { epochs: 10 });
   * ```
   */
  toDataset(options: TfDatasetOptions = {}): tfd.Dataset<LabeledTensors> {
    return toTfDataset(this, options);
  }

  #filter(keep: (index: number) => boolean): FerDataset {
    const indices: number[] = [];
    for (let i = 0; i < this.size; i++) if (keep(i)) indices.push(i);
    return new FerDataset(selectParts(this, indices));
  }
}
