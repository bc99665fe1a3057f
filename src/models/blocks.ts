import * as tfl from '@tensorflow/tfjs-layers';
import { DEFAULT_PREPROCESSING } from '../image/preprocess';
import { Random } from '../random';
import { addFacts } from './known-facts';
import type { CnnSpec } from './options';

type Symbolic = tfl.SymbolicTensor;

/** The kernel settings of all layers of a model. */
export interface KernelContext {
  /** The seed of the initial weights, at least 0. */
  seed: number;
  /** The factor of the L2 regularization; 0 for none. */
  l2: number;
}

/** One convolution block. */
interface ConvBlock {
  /** The number of output channels. */
  filters: number;
  /** The number of convolutions. */
  repeats: number;
  /** The kernel width and height in pixels. */
  kernelSize: number;
  /** Whether a 2×2 max-pool follows. */
  pool: boolean;
  /** The dropout rate at the end of the block; 0 for none. */
  dropout: number;
}

/**
 * Adds convolutions ("same" padding, with bias), each with batch norm and ReLU, then a 2×2 max-pool and dropout. The layers are
 * `<name>`, `<name>_bn`, `<name>_relu`, `<name>_pool` and `<name>_dropout`; further convolutions are `<name>b`, `<name>c` and so on.
 *
 * @param x `[n, h, w, c]`.
 * @param name The name of the first convolution and the prefix of the others.
 * @returns `[n, h / 2, w / 2, filters]`, or `[n, h, w, filters]` without a pool.
 */
function convBlock(x: Symbolic, name: string, block: ConvBlock, context: KernelContext): Symbolic {
  const { filters, repeats, kernelSize, pool, dropout } = block;
  let y = x;
  for (let i = 0; i < repeats; i++) {
    const own = i === 0 ? name : name + String.fromCodePoint(97 + i);
    const conv = tfl.layers.conv2d({ name: own, filters, kernelSize, padding: 'same', ...kernel(own, context) });
    y = relu(batchNorm(conv.apply(y) as Symbolic, own), own); // [n, h, w, filters]
  }
  if (pool) y = tfl.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 2 }).apply(y) as Symbolic;
  return drop(y, name, dropout);
}

/**
 * Adds a dense layer (with bias), optional batch norm, ReLU and dropout: `<name>`, `<name>_bn`, `<name>_relu` and `<name>_dropout`.
 *
 * @param x `[n, features]`.
 * @param name The name of the dense layer and the prefix of the others.
 * @param options `units`, `batchNorm`, and `dropout`, 0 for none.
 * @returns `[n, units]`.
 */
function denseBlock(
  x: Symbolic,
  name: string,
  { units, batchNorm: normalise, dropout }: { units: number; batchNorm: boolean; dropout: number },
  context: KernelContext,
): Symbolic {
  const y = tfl.layers.dense({ name, units, ...kernel(name, context) }).apply(x) as Symbolic;
  return drop(relu(normalise ? batchNorm(y, name) : y, name), name, dropout);
}

/**
 * Builds a model: convolution blocks `conv1`, `conv2`, …, then `flatten` or the global average pool `average`, dense blocks `fc1`,
 * `fc2`, …, and the output layer `probabilities`.
 *
 * @returns A model from `[n, height, width, 1]` to `[n, classes]`; owned by the caller.
 */
export function buildCnn(name: string, spec: CnnSpec): tfl.LayersModel {
  const { conv, features, dense, head, classNames, inputSize } = spec;
  const input = tfl.input({ name: 'image', shape: [...inputSize, 1] });
  let x = input;
  conv.filters.forEach((filters, i) => {
    const pool = conv.lastPool || i < conv.filters.length - 1;
    const block = { filters, repeats: conv.repeats[i]!, kernelSize: conv.kernelSizes[i]!, pool, dropout: conv.dropout };
    x = convBlock(x, `conv${i + 1}`, block, spec);
  });
  x =
    features === 'average'
      ? (tfl.layers.globalAveragePooling2d({ name: 'average' }).apply(x) as Symbolic)
      : (tfl.layers.flatten({ name: 'flatten' }).apply(x) as Symbolic);
  dense.units.forEach((units, i) => {
    x = denseBlock(x, `fc${i + 1}`, { units, batchNorm: dense.batchNorm, dropout: dense.dropout }, spec);
  });
  x = drop(x, 'probabilities', head.dropout);
  const output = tfl.layers.dense({
    name: 'probabilities',
    units: classNames.length,
    activation: head.activation,
    ...kernel('probabilities', spec, tfl.initializers.glorotUniform),
  });
  const model = tfl.model({ name, inputs: input, outputs: output.apply(x) as Symbolic });
  return addFacts(model, { classNames, preprocessing: { ...DEFAULT_PREPROCESSING, inputSize } });
}

/** The initializer and regularizer of a layer's kernel. The seed of each layer is derived from its name. */
function kernel(name: string, { seed, l2 }: KernelContext, initializer = tfl.initializers.heNormal) {
  const key = Array.from(name, (letter) => letter.codePointAt(0)!);
  const kernelInitializer = initializer({ seed: new Random(seed, ...key).uint32() || 1 }); // tfjs ignores the seed 0
  return l2 > 0 ? { kernelInitializer, kernelRegularizer: tfl.regularizers.l2({ l2 }) } : { kernelInitializer };
}

function batchNorm(x: Symbolic, name: string): Symbolic {
  return tfl.layers.batchNormalization({ name: `${name}_bn` }).apply(x) as Symbolic;
}

function relu(x: Symbolic, name: string): Symbolic {
  return tfl.layers.activation({ name: `${name}_relu`, activation: 'relu' }).apply(x) as Symbolic;
}

function drop(x: Symbolic, name: string, rate: number): Symbolic {
  return rate === 0 ? x : (tfl.layers.dropout({ name: `${name}_dropout`, rate }).apply(x) as Symbolic);
}
