import { type DatasetError, inputError, within } from '../errors';
import { EMOTIONS, SPLITS } from '../labels';
import { checkInteger, describe } from '../validate';
import { type LabeledImages, UNLABELED } from './batches';
import { checkShares, checkWeights } from './check-values';
import { classNamesFrom, checkSameClasses, listNames, moveClasses } from '../class-names';
import { join, oneHot } from './rows';
import { selectImages } from './select';
import { NO_SPLIT } from './split-names';

/** The arrays of a `Dataset`. Only the images are required. */
export interface DatasetParts {
  /** Pixels, [size, height, width, 1], 0..255. */
  images: Uint8Array;
  /** The class names in label order, 1 to 255 distinct ones. Default: the seven `EMOTIONS`. */
  classNames?: readonly string[] | undefined;
  /** Labels, [size], 0..numClasses - 1, or 255 if unknown. Default: all unknown. */
  labels?: Uint8Array | undefined;
  /** Splits, [size], indices into `SPLITS`, or 255 if unknown. Default: all unknown. */
  splits?: Uint8Array | undefined;
  /** The rows of the file, [size]. Default: 1, 2, … */
  rows?: Uint32Array | undefined;
  /** The height in pixels. Default 48. */
  height?: number | undefined;
  /** The width in pixels. Default 48. */
  width?: number | undefined;
  /** Soft targets, [size, numClasses], at least 0, rows summing to 1. Default: none. */
  targets?: Float32Array | undefined;
  /** The probabilities of a teacher model, [size, numClasses], at least 0, rows summing to 1. Default: none. */
  teacher?: Float32Array | undefined;
  /** The weights in the loss, [size], at least 0. Default: none. */
  sampleWeights?: Float32Array | undefined;
  /** The file names of the images, [size]. Default: none. */
  names?: readonly string[] | undefined;
  /** The errors of skipped rows or files. Default: none. */
  skipped?: readonly DatasetError[] | undefined;
}

/** The parts of a data set with the defaults filled in. */
type Whole = DatasetParts & {
  readonly [Key in 'classNames' | 'labels' | 'splits' | 'rows' | 'height' | 'width']: NonNullable<DatasetParts[Key]>;
} & { readonly size: number };

/** The parts with the defaults filled in, once all lengths and values are valid. */
export function wholeParts(parts: DatasetParts): Whole & { readonly numClasses: number } {
  if (typeof parts !== 'object' || parts === null) {
    throw inputError('Dataset', 'an object with images', describe(parts));
  }
  const { images, classNames: given = EMOTIONS, height = 48, width = 48, skipped = [] } = parts;
  const { targets, teacher, sampleWeights, names } = parts;
  const classNames = [...classNamesFrom(1)('Dataset: classNames', given)];
  const numClasses = classNames.length;
  checkInteger('Dataset: height', height, { min: 1 });
  checkInteger('Dataset: width', width, { min: 1 });
  checkArray('images', images, Uint8Array);
  const size = images.length / (height * width);
  if (!Number.isInteger(size)) {
    throw inputError('Dataset: images', `a multiple of ${height} × ${width} pixels`, `${images.length} pixels`);
  }
  checkArray('labels', parts.labels, Uint8Array, size);
  checkArray('splits', parts.splits, Uint8Array, size);
  checkArray('rows', parts.rows, Uint32Array, size);
  checkArray('sampleWeights', sampleWeights, Float32Array, size);
  checkArray('names', names, Array, size);
  checkEach('labels', parts.labels, `0..${numClasses - 1} or ${UNLABELED}`, (x) => x < numClasses || x === UNLABELED);
  checkEach('splits', parts.splits, `0..2 or ${NO_SPLIT}`, (x) => x < SPLITS.length || x === NO_SPLIT);
  within('Dataset: sampleWeights', () => checkWeights(sampleWeights));
  for (const [name, rows] of Object.entries({ targets, teacher })) {
    checkArray(name, rows, Float32Array, size * numClasses);
    within(`Dataset: ${name}`, () => checkShares(rows, numClasses));
  }
  return {
    ...{ images, height, width, size, classNames, numClasses, targets, teacher, sampleWeights, names, skipped },
    labels: parts.labels ?? new Uint8Array(size).fill(UNLABELED),
    splits: parts.splits ?? new Uint8Array(size).fill(NO_SPLIT),
    rows: parts.rows ?? Uint32Array.from({ length: size }, (_, i) => i + 1),
  };
}

/** Copies the parts of some images. */
export function selectParts(from: Whole & LabeledImages, indices: ArrayLike<number>): DatasetParts {
  const { splits, rows, names } = from;
  return {
    ...selectImages(from, indices),
    splits: Uint8Array.from(indices, (i) => splits[i]!),
    rows: Uint32Array.from(indices, (i) => rows[i]!),
    names: names && Array.from(indices, (i) => names[i]!),
  };
}

/**
 * Changes the class names of a data set, and moves labels and targets to the same names.
 * @throws InputError if the new names lack a class that has images.
 */
export function alignParts(set: Whole, names: readonly string[]): DatasetParts {
  classNamesFrom(1)('Dataset.alignClasses: classNames', names);
  const labels = set.classNames.map((name) => names.indexOf(name));
  const lost = set.classNames.filter((_, label) => labels[label]! < 0 && isUsed(set, label));
  if (lost.length > 0) {
    throw inputError(
      'Dataset.alignClasses: classNames',
      'all classes that have images',
      `no ${listNames(lost)}`,
      'Add these names, or remove their images with subset().',
    );
  }
  const move = (rows: Float32Array | undefined) => rows && moveClasses(rows, labels, names.length);
  return {
    ...set,
    classNames: names,
    labels: set.labels.map((label) => (label === UNLABELED ? label : labels[label]!)),
    targets: move(set.targets),
    teacher: move(set.teacher),
  };
}

function isUsed({ labels, targets, teacher, classNames }: Whole, label: number): boolean {
  const has = (rows: Float32Array | undefined) =>
    rows?.some((share, i) => share > 0 && i % classNames.length === label) === true;
  return labels.includes(label) || has(targets) || has(teacher);
}

/**
 * Concatenates the parts of several data sets.
 * @throws InputError if their image sizes or class names differ, or if only some have targets and others have no labels.
 */
export function concatParts(sets: readonly Whole[]): DatasetParts {
  const { height, width, classNames } = sets[0]!;
  const other = sets.find((set) => set.height !== height || set.width !== width);
  if (other) {
    throw inputError(
      'Dataset.concat: others',
      `images of ${height} × ${width} pixels`,
      `images of ${other.height} × ${other.width} pixels`,
    );
  }
  for (const set of sets) within('Dataset.concat: others', () => checkSameClasses(classNames, set.classNames));
  const some = (key: 'targets' | 'sampleWeights'): boolean => sets.some((set) => set[key] !== undefined);
  return {
    classNames,
    height,
    width,
    images: join(Uint8Array, sets, (set) => set.images),
    labels: join(Uint8Array, sets, (set) => set.labels),
    splits: join(Uint8Array, sets, (set) => set.splits),
    rows: join(Uint32Array, sets, (set) => set.rows),
    targets: some('targets') ? join(Float32Array, sets, (set) => set.targets ?? targetsOf(set)) : undefined,
    sampleWeights: some('sampleWeights')
      ? join(Float32Array, sets, (set) => set.sampleWeights ?? new Float32Array(set.size).fill(1))
      : undefined,
    teacher: sets.every((set) => set.teacher) ? join(Float32Array, sets, (set) => set.teacher!) : undefined,
    names: sets.every((set) => set.names) ? sets.flatMap((set) => set.names ?? []) : undefined,
  };
}

/**
 * Converts labels to one-hot targets, [size, numClasses].
 * @throws InputError if a label is unknown.
 */
function targetsOf({ labels, classNames }: Whole): Float32Array {
  const unknown = labels.indexOf(UNLABELED);
  if (unknown < 0) return oneHot(labels, classNames.length);
  const received = `no label at ${unknown}`;
  throw inputError('Dataset.concat: others', 'labels or targets in all sets', received);
}

type ArrayKind = new (...args: never[]) => { readonly length: number };

function checkArray(name: string, value: unknown, kind: ArrayKind, length?: number): void {
  if (value === undefined && name !== 'images') return;
  const right = value instanceof kind;
  if (right && (length === undefined || value.length === length)) return;
  const what = kind === Array ? 'an array' : `a ${kind.name}`;
  const expected = length === undefined ? what : `${what} of length ${length}`;
  const received = right ? `length ${value.length}` : describe(value);
  throw inputError(`Dataset: ${name}`, expected, received);
}

function checkEach(
  name: string,
  values: Uint8Array | undefined,
  expected: string,
  isRight: (value: number) => boolean,
): void {
  const wrong = values?.findIndex((value) => !isRight(value)) ?? -1;
  if (wrong >= 0) throw inputError(`Dataset: ${name}`, expected, `${values![wrong]} at ${wrong}`);
}
