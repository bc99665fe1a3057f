import type { DatasetError } from '../errors';
import { inputError } from '../errors';
import { EMOTIONS, USAGES } from '../labels';
import { checkInteger, describe } from '../validate';
import { type LabeledImages, UNLABELED } from './batches';
import { join, oneHot } from './rows';
import { selectImages } from './select';
import { NO_USAGE } from './usage';

/**
 * What a `FerDataset` is made of. Only the images must be there.
 *
 * @example
 * ```ts
 * const parts: FerDatasetParts = { images: new Uint8Array(2 * 48 * 48), labels: Uint8Array.of(3, 6) };
 * const two = new FerDataset(parts);
 * ```
 */
export interface FerDatasetParts {
  /** Pixels, [size, height, width, 1], 0..255. */
  images: Uint8Array;
  /** Labels, [size], 0..6 or 255 if unknown. Default: all unknown. */
  labels?: Uint8Array | undefined;
  /** Splits, [size], positions in `USAGES` or 255 if unknown. Default: all unknown. */
  usage?: Uint8Array | undefined;
  /** Rows of the file, [size]. Default: 1, 2, … */
  rows?: Uint32Array | undefined;
  /** Pixels from top to bottom. Default 48. */
  height?: number | undefined;
  /** Pixels from left to right. Default 48. */
  width?: number | undefined;
  /** Soft targets, [size, 7], at least 0, rows summing to 1. Default: none. */
  targets?: Float32Array | undefined;
  /** Probabilities of a teacher network, [size, 7], at least 0, rows summing to 1. Default: none. */
  teacher?: Float32Array | undefined;
  /** Weights in the loss, [size], at least 0. Default: none. */
  sampleWeights?: Float32Array | undefined;
  /** Names of the images' files, [size]. Default: none. */
  names?: readonly string[] | undefined;
  /** What was left out in loading. Default: nothing. */
  skipped?: readonly DatasetError[] | undefined;
}

/** A whole data set, as far as its parts matter. */
type Whole = FerDatasetParts & {
  readonly [Key in 'labels' | 'usage' | 'rows' | 'height' | 'width']-?: Exclude<FerDatasetParts[Key], undefined>;
} & { readonly size: number };

const NUM_CLASSES = EMOTIONS.length;

/**
 * Checks that all lengths and values fit together.
 * @returns The number of images.
 * @throws InputError
 */
export function checkParts(parts: FerDatasetParts): number {
  if (typeof parts !== 'object' || parts === null) {
    throw inputError('FerDataset', 'an object with images', describe(parts));
  }
  const { images, height = 48, width = 48 } = parts;
  checkInteger('FerDataset: height', height, { min: 1 });
  checkInteger('FerDataset: width', width, { min: 1 });
  checkArray('images', images, Uint8Array);
  const size = images.length / (height * width);
  if (!Number.isInteger(size)) {
    throw inputError('FerDataset: images', `a multiple of ${height} × ${width} pixels`, `${images.length} pixels`);
  }
  checkArray('labels', parts.labels, Uint8Array, size);
  checkArray('usage', parts.usage, Uint8Array, size);
  checkArray('rows', parts.rows, Uint32Array, size);
  checkArray('sampleWeights', parts.sampleWeights, Float32Array, size);
  checkArray('names', parts.names, Array, size);
  checkEach('labels', parts.labels, `0..${NUM_CLASSES - 1} or ${UNLABELED}`, (x) => x < NUM_CLASSES || x === UNLABELED);
  checkEach('usage', parts.usage, `0..2 or ${NO_USAGE}`, (x) => x < USAGES.length || x === NO_USAGE);
  checkEach('sampleWeights', parts.sampleWeights, 'finite numbers of at least 0', (x) => x >= 0 && x < Infinity);
  for (const name of ['targets', 'teacher'] as const) {
    checkArray(name, parts[name], Float32Array, size * NUM_CLASSES);
    checkEach(name, parts[name], 'numbers in 0..1', (x) => x >= 0 && x <= 1.001);
    checkSums(name, parts[name], size);
  }
  return size;
}

/** Copies of the parts of some images. */
export function selectParts(from: Whole & LabeledImages, indices: ArrayLike<number>): FerDatasetParts {
  const { usage, rows, names } = from;
  return {
    ...selectImages(from, indices),
    usage: Uint8Array.from(indices, (i) => usage[i]!),
    rows: Uint32Array.from(indices, (i) => rows[i]!),
    names: names && Array.from(indices, (i) => names[i]!),
  };
}

/**
 * The parts of several data sets, one after another.
 * @throws InputError if their images differ in size, or if targets cannot be made where some have them.
 */
export function concatParts(sets: readonly Whole[]): FerDatasetParts {
  const { height, width } = sets[0]!;
  const other = sets.find((set) => set.height !== height || set.width !== width);
  if (other) {
    throw inputError(
      'FerDataset.concat: others',
      `images of ${height} × ${width} pixels`,
      `images of ${other.height} × ${other.width} pixels`,
    );
  }
  const some = (key: 'targets' | 'sampleWeights'): boolean => sets.some((set) => set[key] !== undefined);
  return {
    height,
    width,
    images: join(Uint8Array, sets, (set) => set.images),
    labels: join(Uint8Array, sets, (set) => set.labels),
    usage: join(Uint8Array, sets, (set) => set.usage),
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
 * One-hot targets of labels, [size, 7].
 * @throws InputError if a label is unknown.
 */
function targetsOf({ labels }: Whole): Float32Array {
  const unknown = labels.indexOf(UNLABELED);
  if (unknown < 0) return oneHot(labels, NUM_CLASSES);
  const received = `no label at ${unknown}`;
  throw inputError('FerDataset.concat: others', 'labels or targets in all sets', received);
}

type ArrayKind = new (...args: never[]) => { readonly length: number };

function checkArray(name: string, value: unknown, kind: ArrayKind, length?: number): void {
  if (value === undefined && name !== 'images') return;
  const right = value instanceof kind;
  if (right && (length === undefined || value.length === length)) return;
  const what = kind === Array ? 'an array' : `a ${kind.name}`;
  const expected = length === undefined ? what : `${what} of length ${length}`;
  const received = right ? `length ${value.length}` : describe(value);
  throw inputError(`FerDataset: ${name}`, expected, received);
}

function checkEach(
  name: string,
  values: Uint8Array | Float32Array | undefined,
  expected: string,
  isRight: (value: number) => boolean,
): void {
  const wrong = (values as Uint8Array | undefined)?.findIndex((value) => !isRight(value)) ?? -1;
  if (wrong >= 0) throw inputError(`FerDataset: ${name}`, expected, `${values![wrong]} at ${wrong}`);
}

function checkSums(name: string, rows: Float32Array | undefined, size: number): void {
  if (!rows) return;
  for (let i = 0; i < size; i++) {
    const sum = rows.subarray(i * NUM_CLASSES, (i + 1) * NUM_CLASSES).reduce((total, x) => total + x, 0);
    if (Math.abs(sum - 1) <= 1e-3) continue;
    throw inputError(`FerDataset: ${name}`, 'rows that sum to 1', `a sum of ${sum} in row ${i}`);
  }
}
