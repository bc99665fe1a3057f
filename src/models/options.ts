import { inputError } from '../errors';
import { requireBackend } from '../backend/backend';
import { checkClassNames } from '../class-names';
import { EMOTIONS } from '../labels';
import { checkInteger, checkNumber, checkOneOf, checkOptions, describe } from '../validate';

/**
 * Options of the convolution blocks: convolutions ("same" padding), each with batch norm and ReLU, then a 2×2 max-pool and dropout.
 */
export interface ConvOptions {
  /** The output channels of each block, each at least 1. */
  filters?: readonly number[];
  /** The number of convolutions per block: one number for all blocks, or one for each; at least 1. */
  repeats?: number | readonly number[];
  /** The kernel width and height in pixels: one number for all blocks, or one for each; at least 1. */
  kernelSizes?: number | readonly number[];
  /** The dropout rate after each block, 0..0.99. */
  dropout?: number;
}

/** Options of the hidden dense layers: dense, optional batch norm, ReLU, dropout. */
export interface DenseOptions {
  /** The units of each hidden layer, each at least 1; an empty array for no hidden layers. */
  units?: readonly number[];
  /** Whether batch norm follows each dense layer. */
  batchNorm?: boolean;
  /** The dropout rate after each hidden layer, 0..0.99. */
  dropout?: number;
}

/** Options of the output layer. */
export interface HeadOptions {
  /**
   * `'softmax'`: probabilities that sum to 1. `'sigmoid'`: an independent probability per class; train it with binary cross-entropy.
   */
  activation?: 'softmax' | 'sigmoid';
  /** The dropout rate before the output layer, 0..0.99. Default 0. */
  dropout?: number;
}

/** Options of all models. The defaults depend on the model and its variant. */
export interface CnnOptions {
  /** The class names in the order of the outputs: 2 to 255 distinct names. Default: the seven {@link EMOTIONS}. */
  classNames?: readonly string[];
  /**
   * The source of the defaults: the reference project's text and code describe different models. Default `'text'`, the only variant of
   * models that the reference project does not have.
   */
  variant?: 'text' | 'code';
  /** The convolution blocks. */
  conv?: ConvOptions;
  /** The hidden dense layers. */
  dense?: DenseOptions;
  /** The output layer. */
  head?: HeadOptions;
  /** The factor of the L2 regularization of kernels, at least 0. Default 0. */
  l2?: number;
  /** The height and width of the input in pixels; each pool halves them. Default `[48, 48]`. */
  inputSize?: readonly [height: number, width: number];
  /** The seed of the initial weights, an integer of at least 0. It gives the same weights on every backend. Default 0. */
  seed?: number;
}

/** The full specification of a model: all options, with one kernel size and one number of convolutions per block. */
export interface CnnSpec {
  conv: {
    filters: readonly number[];
    repeats: readonly number[];
    kernelSizes: readonly number[];
    dropout: number;
    /** Whether the last block has a pool. */
    lastPool: boolean;
  };
  /** The conversion of the last block's output to a vector: all values, or the mean of each channel. */
  features: 'flatten' | 'average';
  dense: Required<DenseOptions>;
  head: Required<HeadOptions>;
  classNames: readonly string[];
  l2: number;
  inputSize: readonly [height: number, width: number];
  seed: number;
}

/** The defaults of a model's variant. */
export interface CnnDefaults {
  conv: Required<ConvOptions> & { filters: readonly number[]; lastPool: boolean };
  features: CnnSpec['features'];
  dense: Required<DenseOptions>;
  head: Required<HeadOptions>;
}

/**
 * Checks that a backend is ready, validates the options and fills in the defaults of the chosen variant.
 *
 * @param where The function that was called, for messages.
 * @param options The caller's options.
 * @param variants The defaults of each variant.
 * @returns The full specification.
 * @throws {@link InputError} if an option is unknown or out of range, or if the input is too small for the pools.
 *   {@link BackendError} if no backend is ready.
 */
export function resolveCnn(
  where: string,
  options: CnnOptions,
  variants: Readonly<Partial<Record<'text' | 'code', CnnDefaults>> & { text: CnnDefaults }>,
): CnnSpec {
  checkOptions(where, options, ['classNames', 'variant', 'conv', 'dense', 'head', 'l2', 'inputSize', 'seed']);
  const { classNames = EMOTIONS, variant = 'text', conv = {}, dense = {}, head = {} } = options;
  const { l2 = 0, inputSize = [48, 48], seed = 0 } = options;
  checkClassNames(`${where}: classNames`, classNames, 2);
  checkOneOf(`${where}: variant`, variant, Object.keys(variants));
  checkOptions(`${where}: conv`, conv, ['filters', 'repeats', 'kernelSizes', 'dropout']);
  checkOptions(`${where}: dense`, dense, ['units', 'batchNorm', 'dropout']);
  checkOptions(`${where}: head`, head, ['activation', 'dropout']);
  const defaults = variants[variant]!;
  const { filters, repeats, kernelSizes, dropout } = { ...defaults.conv, ...defined(conv) };
  checkIntegers(`${where}: conv.filters`, filters, 1);
  const spec: CnnSpec = {
    conv: {
      filters,
      repeats: forEachBlock(repeats, filters),
      kernelSizes: forEachBlock(kernelSizes, filters),
      dropout,
      lastPool: defaults.conv.lastPool,
    },
    features: defaults.features,
    dense: { ...defaults.dense, ...defined(dense) },
    head: { ...defaults.head, ...defined(head) },
    classNames,
    l2,
    inputSize,
    seed,
  };
  checkSpec(where, spec);
  requireBackend(where);
  return spec;
}

function checkSpec(where: string, spec: CnnSpec): void {
  const { conv, dense, head, l2, inputSize, seed } = spec;
  checkIntegers(`${where}: conv.repeats`, conv.repeats, conv.filters.length, conv.filters.length);
  checkIntegers(`${where}: conv.kernelSizes`, conv.kernelSizes, conv.filters.length, conv.filters.length);
  checkIntegers(`${where}: dense.units`, dense.units, 0);
  checkNumber(`${where}: conv.dropout`, conv.dropout, { min: 0, max: 0.99 });
  checkNumber(`${where}: dense.dropout`, dense.dropout, { min: 0, max: 0.99 });
  checkNumber(`${where}: head.dropout`, head.dropout, { min: 0, max: 0.99 });
  checkBoolean(`${where}: dense.batchNorm`, dense.batchNorm);
  checkOneOf(`${where}: head.activation`, head.activation, ['softmax', 'sigmoid']);
  checkNumber(`${where}: l2`, l2, { min: 0 });
  checkInteger(`${where}: seed`, seed, { min: 0 });
  checkIntegers(`${where}: inputSize`, inputSize, 2, 2);
  const pools = conv.filters.length - (conv.lastPool ? 0 : 1);
  const min = 2 ** pools;
  checkNotHuge(where, spec, pools);
  if (Math.min(...inputSize) < min) {
    throw inputError(`${where}: inputSize`, `at least ${min}×${min} pixels for ${pools} pools`, inputSize.join('×'));
  }
}

const MOST_WEIGHTS = 2 ** 28; // 1 GiB
const MOST_LAYERS = 1000;

/** Throws if a model is too large for memory. */
function checkNotHuge(where: string, { conv, features, dense, classNames, inputSize }: CnnSpec, pools: number): void {
  const layers = conv.repeats.reduce((sum, repeats) => sum + repeats, dense.units.length);
  let weights = 0;
  let inputs = 1; // channels, later values
  conv.filters.forEach((filters, i) => {
    weights += conv.kernelSizes[i]! ** 2 * filters * (inputs + (conv.repeats[i]! - 1) * filters);
    inputs = filters;
  });
  if (features === 'flatten') for (const size of inputSize) inputs *= Math.ceil(size / 2 ** pools);
  for (const units of [...dense.units, classNames.length]) {
    weights += inputs * units;
    inputs = units;
  }
  if (layers <= MOST_LAYERS && weights <= MOST_WEIGHTS) return;
  throw inputError(
    where,
    `a model of at most ${MOST_LAYERS} layers and ${MOST_WEIGHTS} weights`,
    `${layers} layers and about ${weights.toPrecision(3)} weights`,
  );
}

const forEachBlock = (value: number | readonly number[], blocks: readonly number[]) =>
  typeof value === 'number' ? blocks.map(() => value) : value;

function checkBoolean(where: string, value: unknown): void {
  if (typeof value !== 'boolean') throw inputError(where, 'true or false', describe(value));
}

function checkIntegers(where: string, list: unknown, minLength: number, maxLength = Infinity): void {
  if (!Array.isArray(list) || list.length < minLength || list.length > maxLength) {
    const length = minLength === maxLength ? `${minLength}` : `at least ${minLength}`;
    throw inputError(where, `an array of length ${length}`, describe(list));
  }
  list.forEach((value, i) => checkInteger(`${where}[${i}]`, value, { min: 1 }));
}

/** Removes undefined values, so that they do not overwrite defaults. */
function defined<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as typeof options;
}
