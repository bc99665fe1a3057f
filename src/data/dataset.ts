import type * as tf from '@tensorflow/tfjs-core';
import type * as tfd from '@tensorflow/tfjs-data';
import { type DatasetError, inputError } from '../errors';
import type { Split } from '../labels';
import { checkInteger, checkIterable } from '../validate';
import { type LabeledImages, UNLABELED } from './batches';
import { alignParts, concatParts, type DatasetParts, selectParts, wholeParts } from './dataset-parts';
import { type Fold, foldNumbers, type FoldOptions } from './folds';
import { type DEFAULT_FRACTIONS, splitIndices, type SplitOptions, type SplitParts } from './split';
import { imageTensor, type LabeledTensors, type TfDatasetOptions, toTensors, toTfDataset } from './to-tensors';
import { NO_SPLIT, splitNumbers } from './split-names';

/**
 * Gray images with labels, in plain arrays: there are no tensors to dispose of. The classes are the seven emotions of FER2013, or up to
 * 255 others. A data set is immutable; its methods return new ones.
 *
 * @example
 * ```ts
 * const images = new Uint8Array(2 * 48 * 48); // two gray images, row by row
 * const classNames = ['bored', 'confused', 'engaged'];
 * const own = new Dataset({ images, labels: Uint8Array.of(0, 2), classNames });
 * own.classCounts(); // [1, 0, 1]
 *
 * const dataset = await loadFer2013('https://example.org/fer2013.csv.gz');
 * dataset.where('Training').size; // 28709
 * ```
 */
export class Dataset implements LabeledImages {
  /** Pixels, [size, height, width, 1], 0..255. It may be a view of a larger buffer. */
  readonly images!: Uint8Array;
  /** Labels, [size], indices into `classNames`, or 255 (`UNLABELED`). */
  readonly labels!: Uint8Array;
  /** Splits, [size], indices into `SPLITS`, or 255 if unknown. */
  readonly splits!: Uint8Array;
  /** The 1-based rows of the file, [size]; the header of a CSV file is row 1. */
  readonly rows!: Uint32Array;
  /** Soft targets, [size, numClasses], rows summing to 1; they take precedence over the labels in training. */
  readonly targets!: Float32Array | undefined;
  /** The probabilities of a teacher model for distillation, [size, numClasses], rows summing to 1. */
  readonly teacher!: Float32Array | undefined;
  /** The weight of each image in the loss, [size], at least 0. */
  readonly sampleWeights!: Float32Array | undefined;
  /** The file names of the images, if there are any. */
  readonly names!: readonly string[] | undefined;
  /** The errors of rows or files that were skipped during loading. Empty in subsets. */
  readonly skipped!: readonly DatasetError[];
  /** The number of images. */
  readonly size!: number;
  /** The height in pixels, 48 in FER2013. */
  readonly height!: number;
  /** The width in pixels, 48 in FER2013. */
  readonly width!: number;
  /** 1: all images are gray. */
  readonly channels = 1;
  /** The number of classes, 1..255. */
  readonly numClasses!: number;
  /** The class names in label order; the seven `EMOTIONS` for FER2013. */
  readonly classNames!: readonly string[];

  /**
   * @param parts The images, labels and further arrays; borrowed, not copied.
   * @throws InputError if a length or a value is not valid.
   */
  constructor(parts: DatasetParts) {
    Object.assign(this, wholeParts(parts));
  }

  /**
   * Selects the images of one or several of FER2013's splits.
   * @param split The split or splits.
   * @returns A copy of these images, empty if there are none.
   * @throws InputError if a split is unknown, or the data set has no splits.
   */
  where(split: Split | readonly Split[]): Dataset {
    const wanted = splitNumbers('Dataset.where: split', split);
    if (this.size > 0 && this.splits.every((number) => number === NO_SPLIT)) {
      const remedy = 'Use dataset.split() for a random split, or pass splits to the constructor.';
      throw inputError('Dataset.where', 'a data set with splits', 'one without', remedy);
    }
    return filtered(this, (i) => wanted.has(this.splits[i]!));
  }

  /**
   * Selects images by their indices.
   * @param indices Indices from 0 in any order; repeated indices repeat the image.
   * @returns A copy of these images in the order of the indices.
   * @throws InputError if an index is out of range, or `indices` is not iterable.
   */
  subset(indices: Iterable<number>): Dataset {
    checkIterable('Dataset.subset: indices', indices);
    const list = Array.from(indices);
    for (const index of list) checkInteger('Dataset.subset: indices', index, { min: 0, max: this.size - 1 });
    return new Dataset(selectParts(this, list));
  }

  /**
   * Removes rows, for instance the `rowsToDrop` of an audit.
   * @param rows Numbers from {@link Dataset.rows}; others are ignored.
   * @returns A copy of the remaining images.
   * @throws InputError if `rows` is not iterable.
   */
  withoutRows(rows: Iterable<number>): Dataset {
    checkIterable('Dataset.withoutRows: rows', rows);
    const unwanted = new Set(rows);
    return filtered(this, (i) => !unwanted.has(this.rows[i]!));
  }

  /**
   * Splits the data set randomly. Note that FER2013 contains duplicates, which a random split puts into several parts (see
   * `auditDataset`). Use {@link Dataset.where} for results that are comparable to others.
   *
   * @param options The fractions (default 80:10:10), the seed and whether to stratify.
   * @returns One data set per fraction, in file order.
   * @throws InputError if an option is unknown or out of range.
   * @example
   * ```ts
   * const [training, validation] = dataset.split({ fractions: [0.9, 0.1], seed: 7, stratify: true });
   * ```
   */
  split<const Fractions extends readonly number[] = typeof DEFAULT_FRACTIONS>(
    options: SplitOptions<Fractions> = {},
  ): SplitParts<Fractions, Dataset> {
    const parts: readonly Uint32Array[] = splitIndices(this.labels, options);
    return parts.map((indices) => this.subset(indices)) as SplitParts<Fractions, Dataset>;
  }

  /**
   * Splits the data set into folds for cross-validation. Equal images are in the same fold.
   *
   * @param options The number of folds (5) and the seed (0).
   * @returns For each fold: the training images, the held-out images, and their indices in this data set.
   * @throws InputError if an option is unknown or out of range, or there are fewer distinct images than folds.
   * @example
   * ```ts
   * for (const { training, held } of dataset.folds({ folds: 5 })) {
   *   const model = createShallowCnn();
   *   await train(model, training, { epochs: 20, validation: held });
   * }
   * ```
   */
  folds(options: FoldOptions = {}): Fold<Dataset>[] {
    const numbers = foldNumbers(this, options);
    return Array.from({ length: options.folds ?? 5 }, (_, fold) => ({
      training: filtered(this, (i) => numbers[i] !== fold),
      held: filtered(this, (i) => numbers[i] === fold),
      heldIndices: Uint32Array.from(numbers.keys()).filter((i) => numbers[i] === fold),
    }));
  }

  /**
   * Appends other data sets. Row numbers are kept, and may occur more than once.
   * @param others Data sets with the same image size and classes.
   * @returns A copy of all images. If only some sets have targets or weights, the others get one-hot targets or weights of 1. Names and the
   *   teacher's probabilities are kept if all sets have them.
   * @throws InputError if the image sizes or the classes differ, or if only some sets have targets and others have no labels.
   */
  concat(...others: Dataset[]): Dataset {
    return new Dataset(concatParts([this, ...others.map((set) => ({ ...set }))])); // null becomes {}
  }

  /**
   * Reorders the classes or adds classes. Labels, targets and the teacher's probabilities move to the same names.
   *
   * @param classNames The new class names in label order.
   * @returns The data set with these classes; the images are shared.
   * @throws InputError if a class that has images is missing, or the names are not valid.
   * @example
   * ```ts
   * const faces = await loadImageFolder('faces'); // faces/bored, faces/confused, faces/engaged
   * const more = faces.alignClasses(['asleep', ...faces.classNames]); // 'asleep' has no images yet
   * ```
   */
  alignClasses(classNames: readonly string[]): Dataset {
    return new Dataset(alignParts(this, classNames));
  }

  /** Replaces the labels, [size], 0..numClasses - 1 or 255; borrowed. Targets take precedence in training: see `withTargets()`. */
  withLabels(labels: Uint8Array): Dataset {
    return new Dataset({ ...this, labels });
  }

  /** Replaces the soft targets, [size, numClasses], rows summing to 1; borrowed. Without an argument, removes them. */
  withTargets(targets?: Float32Array): Dataset {
    return new Dataset({ ...this, targets });
  }

  /**
   * Replaces the probabilities of a teacher model, [size, numClasses], rows summing to 1, as `predict` returns them; borrowed. Without an
   * argument, removes them. `train` uses them with `loss.distillation`.
   */
  withTeacher(teacher?: Float32Array): Dataset {
    return new Dataset({ ...this, teacher });
  }

  /** Replaces the weights in the loss, [size], at least 0; borrowed. Without an argument, removes them. */
  withSampleWeights(sampleWeights?: Float32Array): Dataset {
    return new Dataset({ ...this, sampleWeights });
  }

  /** Counts the images of each class in label order. Unlabeled images are not counted. */
  classCounts(): number[] {
    const counts = this.classNames.map(() => 0);
    for (const label of this.labels) if (label !== UNLABELED) counts[label]!++;
    return counts;
  }

  /**
   * Returns one image as a tensor.
   * @param index The index, 0..size - 1.
   * @returns [height, width, 1] float32, 0..255; owned by the caller.
   * @throws InputError if the index is out of range. BackendError if no backend is ready.
   */
  image(index: number): tf.Tensor3D {
    checkInteger('Dataset.image: index', index, { min: 0, max: this.size - 1 });
    return imageTensor(this, index);
  }

  /**
   * Returns all images as one tensor of four bytes per pixel: 265 MB for FER2013's Training split.
   * @returns `xs` [n, height, width, 1] float32, 0..255, not preprocessed, and `ys` [n, numClasses] float32; owned by the caller.
   * @throws BackendError if no backend is ready.
   */
  toTensors(): LabeledTensors {
    return toTensors(this);
  }

  /**
   * Converts to a `tf.data.Dataset` of batches, for instance for `model.fitDataset`. Shuffling and augmentation depend only on the seed:
   * the first iterator is epoch 0 (or `epoch`), the next one epoch 1, and so on.
   *
   * @param options Options of `batches`; `epoch` is the first epoch.
   * @returns A data set of `{ xs, ys }`: [n, height, width, 1] float32 0..255, not preprocessed, and [n, numClasses] float32, owned by the
   *   consumer. Its `size` is the number of batches.
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
}

/** The images of a data set at the positions that pass. Not a private method: those are out of reach behind a reactive wrapper. */
function filtered(set: Dataset, keep: (index: number) => boolean): Dataset {
  return new Dataset(selectParts(set, Array.from(set.rows.keys()).filter(keep)));
}
