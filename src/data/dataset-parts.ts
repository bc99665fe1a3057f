import type { DatasetError } from '../errors';
import { InputError } from '../errors';
import { EMOTIONS, USAGES } from '../labels';
import { checkInteger, describe } from '../validate';
import { UNLABELED } from './batches';
import { NO_USAGE } from './usage';

/** What a `FerDataset` is made of. Only the images must be there. */
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
    throw new InputError({ where: 'FerDataset', expected: 'an object with images', received: describe(parts) });
  }
  const { images, height = 48, width = 48 } = parts;
  checkInteger('FerDataset: height', height, { min: 1 });
  checkInteger('FerDataset: width', width, { min: 1 });
  checkArray('images', images, Uint8Array);
  const size = images.length / (height * width);
  if (!Number.isInteger(size)) {
    throw new InputError({
      where: 'FerDataset: images',
      expected: `a multiple of ${height} × ${width} pixels`,
      received: `${images.length} pixels`,
    });
  }
  checkArray('labels', parts.labels, Uint8Array, size);
  checkArray('usage', parts.usage, Uint8Array, size);
  checkArray('rows', parts.rows, Uint32Array, size);
  checkArray('targets', parts.targets, Float32Array, size * NUM_CLASSES);
  checkArray('teacher', parts.teacher, Float32Array, size * NUM_CLASSES);
  checkArray('sampleWeights', parts.sampleWeights, Float32Array, size);
  checkArray('names', parts.names, Array, size);
  checkEach('labels', parts.labels, `0..${NUM_CLASSES - 1} or ${UNLABELED}`, (x) => x < NUM_CLASSES || x === UNLABELED);
  checkEach('usage', parts.usage, `0..2 or ${NO_USAGE}`, (x) => x < USAGES.length || x === NO_USAGE);
  checkEach('targets', parts.targets, 'numbers in 0..1', (x) => x >= 0 && x <= 1.001);
  checkEach('teacher', parts.teacher, 'numbers in 0..1', (x) => x >= 0 && x <= 1.001);
  checkEach('sampleWeights', parts.sampleWeights, 'finite numbers of at least 0', (x) => x >= 0 && x < Infinity);
  checkSums('targets', parts.targets, size);
  checkSums('teacher', parts.teacher, size);
  return size;
}

/** Copies of the parts of some images. */
export function selectParts(from: Whole, indices: readonly number[]): FerDatasetParts {
  const { height, width, names, targets, teacher, sampleWeights } = from;
  const rowsOf = (values: Float32Array) =>
    gather(values, indices, NUM_CLASSES, new Float32Array(indices.length * NUM_CLASSES));
  const pixels = height * width;
  return {
    height,
    width,
    images: gather(from.images, indices, pixels, new Uint8Array(indices.length * pixels)),
    labels: Uint8Array.from(indices, (i) => from.labels[i]!),
    usage: Uint8Array.from(indices, (i) => from.usage[i]!),
    rows: Uint32Array.from(indices, (i) => from.rows[i]!),
    targets: targets && rowsOf(targets),
    teacher: teacher && rowsOf(teacher),
    sampleWeights: sampleWeights && Float32Array.from(indices, (i) => sampleWeights[i]!),
    names: names && indices.map((i) => names[i]!),
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
    throw new InputError({
      where: 'FerDataset.concat: others',
      expected: `images of ${height} × ${width} pixels`,
      received: `images of ${other.height} × ${other.width} pixels`,
    });
  }
  const size = sets.reduce((sum, set) => sum + set.size, 0);
  const join = <T extends Uint8Array | Uint32Array | Float32Array>(to: T, part: (set: Whole) => T): T => {
    let at = 0;
    for (const set of sets) {
      to.set(part(set), at);
      at += part(set).length;
    }
    return to;
  };
  const some = (key: 'targets' | 'sampleWeights'): boolean => sets.some((set) => set[key] !== undefined);
  return {
    height,
    width,
    images: join(new Uint8Array(size * height * width), (set) => set.images),
    labels: join(new Uint8Array(size), (set) => set.labels),
    usage: join(new Uint8Array(size), (set) => set.usage),
    rows: join(new Uint32Array(size), (set) => set.rows),
    targets: some('targets')
      ? join(new Float32Array(size * NUM_CLASSES), (set) => set.targets ?? oneHot(set))
      : undefined,
    sampleWeights: some('sampleWeights')
      ? join(new Float32Array(size), (set) => set.sampleWeights ?? new Float32Array(set.size).fill(1))
      : undefined,
    teacher: sets.every((set) => set.teacher)
      ? join(new Float32Array(size * NUM_CLASSES), (set) => set.teacher!)
      : undefined,
    names: sets.every((set) => set.names) ? sets.flatMap((set) => set.names ?? []) : undefined,
  };
}

/**
 * One-hot targets of labels, [size, 7].
 * @throws InputError if a label is unknown.
 */
function oneHot({ labels, size }: Whole): Float32Array {
  const targets = new Float32Array(size * NUM_CLASSES);
  labels.forEach((label, i) => {
    if (label !== UNLABELED) targets[i * NUM_CLASSES + label] = 1;
    else {
      const received = `no label at ${i}`;
      throw new InputError({ where: 'FerDataset.concat: others', expected: 'labels or targets in all sets', received });
    }
  });
  return targets;
}

function gather<T extends Uint8Array | Float32Array>(from: T, indices: readonly number[], stride: number, to: T): T {
  indices.forEach((index, i) => to.set(from.subarray(index * stride, (index + 1) * stride), i * stride));
  return to;
}

type ArrayKind = new (...args: never[]) => { readonly length: number };

function checkArray(name: string, value: unknown, kind: ArrayKind, length?: number): void {
  if (value === undefined && name !== 'images') return;
  const right = value instanceof kind;
  if (right && (length === undefined || value.length === length)) return;
  const what = kind === Array ? 'an array' : `a ${kind.name}`;
  const expected = length === undefined ? what : `${what} of length ${length}`;
  const received = right ? `length ${value.length}` : describe(value);
  throw new InputError({ where: `FerDataset: ${name}`, expected, received });
}

function checkEach(
  name: string,
  values: Uint8Array | Float32Array | undefined,
  expected: string,
  isRight: (value: number) => boolean,
): void {
  const wrong = (values as Uint8Array | undefined)?.findIndex((value) => !isRight(value)) ?? -1;
  if (wrong >= 0)
    throw new InputError({ where: `FerDataset: ${name}`, expected, received: `${values![wrong]} at ${wrong}` });
}

function checkSums(name: string, rows: Float32Array | undefined, size: number): void {
  if (!rows) return;
  for (let i = 0; i < size; i++) {
    const sum = rows.subarray(i * NUM_CLASSES, (i + 1) * NUM_CLASSES).reduce((total, x) => total + x, 0);
    if (Math.abs(sum - 1) <= 1e-3) continue;
    throw new InputError({
      where: `FerDataset: ${name}`,
      expected: 'rows that sum to 1',
      received: `a sum of ${sum} in row ${i}`,
    });
  }
}
