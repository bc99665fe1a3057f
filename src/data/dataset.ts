import type * as tf from '@tensorflow/tfjs-core';
import type * as tfd from '@tensorflow/tfjs-data';
import { type DatasetError, inputError } from '../errors';
import { EMOTIONS, type Split } from '../labels';
import { checkInteger, checkIterable } from '../validate';
import { type LabeledImages, UNLABELED } from './batches';
import { alignParts, checkParts, concatParts, type DatasetParts, selectParts } from './dataset-parts';
import { type Fold, foldNumbers, type FoldOptions } from './folds';
import { type DEFAULT_FRACTIONS, splitIndices, type SplitOptions, type SplitParts } from './split';
import { imageTensor, type LabeledTensors, type TfDatasetOptions, toTensors, toTfDataset } from './to-tensors';
import { NO_SPLIT, splitNumbers } from './split-names';

/**
 * Gray images with labels, held as plain bytes: no tensors, nothing to dispose of. The classes are the seven emotions of
 * FER2013 or any others, up to 255. A data set is not changed; its methods return new ones.
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
 * const [training, validation, test] = dataset.split({ seed: 1, stratify: true });
 * ```
 */
export class Dataset implements LabeledImages {
  /** Pixels, [size, height, width, 1], 0..255. It may be a view of a larger buffer. */
  readonly images: Uint8Array;
  /** Labels, [size], 0..numClasses - 1, positions in `classNames`, or 255 (`UNLABELED`). */
  readonly labels: Uint8Array;
  /** Splits, [size], positions in `SPLITS`, or 255 if unknown. */
  readonly splits: Uint8Array;
  /** Rows of the file, [size], counted from 1; the header of a CSV file is row 1. */
  readonly rows: Uint32Array;
  /** Soft targets, [size, numClasses], rows summing to 1; they take precedence over the labels in training. */
  readonly targets: Float32Array | undefined;
  /** What a teacher network gives each class, [size, numClasses], rows summing to 1; for training by distillation. */
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
  /** Number of classes, 1..255. */
  readonly numClasses: number;
  /** Names of the classes in label order; the seven `EMOTIONS` for FER2013. */
  readonly classNames: readonly string[];

  /**
   * @param parts The images and what is known of them; borrowed, not copied.
   * @throws InputError if a length or a value does not fit.
   */
  constructor(parts: DatasetParts) {
    this.size = checkParts(parts);
    const { images, height = 48, width = 48, targets, teacher, sampleWeights, names, skipped = [] } = parts;
    this.classNames = [...(parts.classNames ?? EMOTIONS)];
    this.numClasses = this.classNames.length;
    this.images = images;
    this.height = height;
    this.width = width;
    this.labels = parts.labels ?? new Uint8Array(this.size).fill(UNLABELED);
    this.splits = parts.splits ?? new Uint8Array(this.size).fill(NO_SPLIT);
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
   * @param split The split or splits.
   * @returns A copy of these images, empty if there are none.
   * @throws InputError if it is none of the three, or if the data set has no splits.
   */
  where(split: Split | readonly Split[]): Dataset {
    const wanted = splitNumbers('Dataset.where: split', split);
    if (this.size > 0 && this.splits.every((number) => number === NO_SPLIT)) {
      throw inputError(
        'Dataset.where',
        'a data set with splits',
        'one without',
        'Divide it at random with dataset.split(), or pass splits to the constructor.',
      );
    }
    return filtered(this, (i) => wanted.has(this.splits[i]!));
  }

  /**
   * The images at some positions.
   *
   * @param indices Positions from 0, in any order; one that stands twice gives the image twice.
   * @returns A copy of these images in the order of the positions.
   * @throws InputError if a position is out of range, or if they are no list.
   */
  subset(indices: Iterable<number>): Dataset {
    checkIterable('Dataset.subset: indices', indices);
    const list = Array.from(indices);
    for (const index of list) checkInteger('Dataset.subset: indices', index, { min: 0, max: this.size - 1 });
    return new Dataset(selectParts(this, list));
  }

  /**
   * All images but those of some rows, for instance of an audit's `rowsToDrop`.
   *
   * @param rows Numbers as in {@link Dataset.rows}; those that are not there are ignored.
   * @returns A copy of the images that are left.
   * @throws InputError if they are no list.
   */
  withoutRows(rows: Iterable<number>): Dataset {
    checkIterable('Dataset.withoutRows: rows', rows);
    const unwanted = new Set(rows);
    return filtered(this, (i) => !unwanted.has(this.rows[i]!));
  }

  /**
   * Splits at random. Note that FER2013 has copies of images, which a random split puts on both sides (see
   * `auditDataset`); its own splits, by {@link Dataset.where}, are the ones to compare results on.
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
  ): SplitParts<Fractions, Dataset> {
    const parts: readonly Uint32Array[] = splitIndices(this.labels, options);
    return parts.map((indices) => this.subset(indices)) as SplitParts<Fractions, Dataset>;
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
  folds(options: FoldOptions = {}): Fold<Dataset>[] {
    const numbers = foldNumbers(this, options);
    return Array.from({ length: options.folds ?? 5 }, (_, fold) => ({
      training: filtered(this, (i) => numbers[i] !== fold),
      held: filtered(this, (i) => numbers[i] === fold),
      heldIndices: Uint32Array.from(numbers.keys()).filter((i) => numbers[i] === fold),
    }));
  }

  /**
   * This data set followed by others. Row numbers are kept, so that those of different files may coincide.
   *
   * @param others Data sets of the same image size.
   * @returns A copy of all images. Labels become targets, and weights 1, where only some of the sets have targets or
   *   weights; names and the teacher's probabilities are kept if all have them.
   * @throws InputError if the image sizes or the classes differ, or if a set without labels meets one with targets.
   */
  concat(...others: Dataset[]): Dataset {
    return new Dataset(concatParts([this, ...others.map((set) => ({ ...set }))])); // null becomes {}
  }

  /**
   * The same images with their classes in another order, or among more classes: labels, targets and the teacher's
   * probabilities move to the positions of the same names.
   *
   * @param classNames The new names in label order; those that the data set does not have get no images.
   * @returns The data set with these classes; the images are shared.
   * @throws InputError if a class that has images is not among the names, or as the constructor does.
   * @example
   * ```ts
   * const faces = await loadImageFolder('faces'); // faces/bored, faces/confused, faces/engaged
   * const more = faces.alignClasses(['asleep', ...faces.classNames]); // 'asleep' has no images yet
   * ```
   */
  alignClasses(classNames: readonly string[]): Dataset {
    return new Dataset(alignParts(this, classNames));
  }

  /** The same images with other labels, [size], 0..numClasses - 1 or 255; borrowed. In training, targets take precedence: see `withTargets()`. */
  withLabels(labels: Uint8Array): Dataset {
    return new Dataset({ ...this, labels });
  }

  /** The same images with soft targets, [size, numClasses], rows summing to 1; borrowed. Without an argument: with none. */
  withTargets(targets?: Float32Array): Dataset {
    return new Dataset({ ...this, targets });
  }

  /**
   * The same images with what a teacher network gives each class, [size, numClasses], rows summing to 1, as `predict` returns it; borrowed.
   * Without an argument: with none. `train` uses it with `loss.distillation`.
   */
  withTeacher(teacher?: Float32Array): Dataset {
    return new Dataset({ ...this, teacher });
  }

  /** The same images with weights in the loss, [size], at least 0; borrowed. Without an argument: with none. */
  withSampleWeights(sampleWeights?: Float32Array): Dataset {
    return new Dataset({ ...this, sampleWeights });
  }

  /** The number of images of each class in label order, by their labels; those without a label are not counted. */
  classCounts(): number[] {
    const counts = this.classNames.map(() => 0);
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
    checkInteger('Dataset.image: index', index, { min: 0, max: this.size - 1 });
    return imageTensor(this, index);
  }

  /**
   * All images as one tensor. It takes four bytes a pixel: 265 MB for FER2013's Training rows.
   *
   * @returns `xs` [n, height, width, 1] float32, 0..255, not yet preprocessed, and `ys` [n, numClasses] float32; the caller's.
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
   * @returns A data set of `{ xs, ys }`: [n, height, width, 1] float32 0..255, not yet preprocessed, and [n, numClasses]
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
}

/** The images of a data set at the positions that pass. Not a private method: those are out of reach behind a reactive wrapper. */
function filtered(set: Dataset, keep: (index: number) => boolean): Dataset {
  const indices: number[] = [];
  for (let i = 0; i < set.size; i++) if (keep(i)) indices.push(i);
  return new Dataset(selectParts(set, indices));
}
