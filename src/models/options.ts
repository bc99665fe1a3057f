import { inputError } from '../errors';
import { requireBackend } from '../backend/backend';
import { parseClassNames } from '../class-names';
import { EMOTIONS } from '../labels';
import { flag, integer, number, object, oneOf, optional, type Parser, type Schema, seed, unchecked } from '../schema';
import { describe } from '../validate';

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
 * @param options The caller's options.
 * @param variants The defaults of each variant.
 * @throws {@link InputError} if an option is unknown or out of range, or if the input is too small for the pools.
 *   {@link BackendError} if no backend is ready.
 */
export function resolveCnn(
  options: CnnOptions,
  variants: Readonly<Partial<Record<'text' | 'code', CnnDefaults>> & { text: CnnDefaults }>,
): CnnSpec {
  const parse = object({
    classNames: optional(parseClassNames, EMOTIONS),
    variant: optional(oneOf(Object.keys(variants) as ('text' | 'code')[]), 'text'),
    conv: unchecked<ConvOptions | undefined>,
    dense: unchecked<DenseOptions | undefined>,
    head: unchecked<HeadOptions | undefined>,
    l2: optional(number({ min: 0 }), 0),
    inputSize: optional(integers(2, 2) as Parser<readonly [number, number]>, [48, 48]),
    seed,
  } satisfies Schema<CnnOptions>);
  const { variant, conv, dense, head, ...rest } = parse('', options);
  const defaults = variants[variant]!;
  const { lastPool, filters, repeats, kernelSizes } = defaults.conv;
  const blocks = object({
    filters: optional(integers(1), filters),
    repeats: optional(perBlock, repeats),
    kernelSizes: optional(perBlock, kernelSizes),
    dropout: optional(dropout, defaults.conv.dropout),
  } satisfies Schema<ConvOptions>)(': conv', conv ?? {});
  const count = blocks.filters.length;
  const spec: CnnSpec = {
    ...rest,
    conv: {
      ...blocks,
      repeats: forEachBlock(': conv.repeats', blocks.repeats, count),
      kernelSizes: forEachBlock(': conv.kernelSizes', blocks.kernelSizes, count),
      lastPool,
    },
    features: defaults.features,
    dense: object({
      units: optional(integers(0), defaults.dense.units),
      batchNorm: optional(flag, defaults.dense.batchNorm),
      dropout: optional(dropout, defaults.dense.dropout),
    } satisfies Schema<DenseOptions>)(': dense', dense ?? {}),
    head: object({
      activation: optional(oneOf(['softmax', 'sigmoid']), defaults.head.activation),
      dropout: optional(dropout, defaults.head.dropout),
    } satisfies Schema<HeadOptions>)(': head', head ?? {}),
  };
  const pools = count - (lastPool ? 0 : 1);
  const min = 2 ** pools;
  checkNotHuge(spec, pools);
  const { inputSize } = spec;
  if (Math.min(...inputSize) < min) {
    throw inputError(': inputSize', `at least ${min}×${min} pixels for ${pools} pools`, inputSize.join('×'));
  }
  requireBackend('');
  return spec;
}

const dropout = number({ min: 0, max: 0.99 });
const positive = integer({ min: 1 });

/** Integers of at least 1, so many of them. */
const integers =
  (min: number, max = Infinity): Parser<readonly number[]> =>
  (where, list) => {
    if (Array.isArray(list) && list.length >= min && list.length <= max) {
      return list.map((value, i) => positive(`${where}[${i}]`, value));
    }
    throw inputError(where, `an array of length ${min === max ? min : `at least ${min}`}`, describe(list));
  };

/** One integer of at least 1 for all blocks, or one for each. */
const perBlock: Parser<number | readonly number[]> = (where, value) =>
  typeof value === 'number' ? positive(where, value) : integers(0)(where, value);

const forEachBlock = (where: string, value: number | readonly number[], count: number): readonly number[] =>
  typeof value === 'number' ? Array.from({ length: count }, () => value) : integers(count, count)(where, value);

const MOST_WEIGHTS = 2 ** 28; // 1 GiB
const MOST_LAYERS = 1000;

/** Throws if a model is too large for memory. */
function checkNotHuge({ conv, features, dense, classNames, inputSize }: CnnSpec, pools: number): void {
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
    '',
    `a model of at most ${MOST_LAYERS} layers and ${MOST_WEIGHTS} weights`,
    `${layers} layers and about ${weights.toPrecision(3)} weights`,
  );
}
