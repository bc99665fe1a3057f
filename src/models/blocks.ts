import * as tfl from '@tensorflow/tfjs-layers';
import { Random } from '../random';
import type { CnnSpec } from './options';

type Symbolic = tfl.SymbolicTensor;

/** Kernel settings that all layers of a network share. */
export interface KernelContext {
  /** Seed of the initial weights, at least 0. */
  seed: number;
  /** Factor of the squared kernels in the loss; 0 for none. */
  l2: number;
}

/**
 * Convolution ("same" padding, with bias), batch norm, ReLU, 2×2 max-pool, dropout, in layers `<name>`, `<name>_bn`, `<name>_relu`,
 * `<name>_pool` and `<name>_dropout`.
 *
 * @param x `[n, h, w, c]`.
 * @param name Name of the convolution and prefix of the others.
 * @param options `filters`, `kernelSize` in pixels, and `dropout`, 0 for none.
 * @param context Seed and regularisation.
 * @returns `[n, h / 2, w / 2, filters]`.
 */
export function convBlock(
  x: Symbolic,
  name: string,
  { filters, kernelSize, dropout }: { filters: number; kernelSize: number; dropout: number },
  context: KernelContext,
): Symbolic {
  const conv = tfl.layers.conv2d({ name, filters, kernelSize, padding: 'same', ...kernel(name, context) });
  let y = relu(batchNorm(conv.apply(x) as Symbolic, name), name); // [n, h, w, filters]
  y = tfl.layers.maxPooling2d({ name: `${name}_pool`, poolSize: 2 }).apply(y) as Symbolic;
  return drop(y, name, dropout);
}

/**
 * Dense (with bias), batch norm if wanted, ReLU, dropout, in layers `<name>`, `<name>_bn`, `<name>_relu` and `<name>_dropout`.
 *
 * @param x `[n, features]`.
 * @param name Name of the dense layer and prefix of the others.
 * @param options `units`, `batchNorm`, and `dropout`, 0 for none.
 * @param context Seed and regularisation.
 * @returns `[n, units]`.
 */
export function denseBlock(
  x: Symbolic,
  name: string,
  { units, batchNorm: normalise, dropout }: { units: number; batchNorm: boolean; dropout: number },
  context: KernelContext,
): Symbolic {
  const y = tfl.layers.dense({ name, units, ...kernel(name, context) }).apply(x) as Symbolic;
  return drop(relu(normalise ? batchNorm(y, name) : y, name), name, dropout);
}

/**
 * A whole network: convolution blocks `conv1`, `conv2`, …, then `flatten`, dense blocks `fc1`, `fc2`, …, and the head `probabilities`.
 *
 * @param name Name of the model.
 * @param spec The network in full.
 * @returns A model from `[n, height, width, 1]` to `[n, classes]`; the caller's.
 */
export function buildCnn(name: string, spec: CnnSpec): tfl.LayersModel {
  const { conv, dense, head, inputSize } = spec;
  const input = tfl.input({ name: 'image', shape: [...inputSize, 1] });
  let x = input;
  conv.filters.forEach((filters, i) => {
    const kernelSize = conv.kernelSizes[i]!;
    x = convBlock(x, `conv${i + 1}`, { filters, kernelSize, dropout: conv.dropout }, spec);
  });
  x = tfl.layers.flatten({ name: 'flatten' }).apply(x) as Symbolic;
  dense.units.forEach((units, i) => {
    x = denseBlock(x, `fc${i + 1}`, { units, batchNorm: dense.batchNorm, dropout: dense.dropout }, spec);
  });
  const output = tfl.layers.dense({
    name: 'probabilities',
    units: head.classes,
    activation: head.activation,
    ...kernel('probabilities', spec, tfl.initializers.glorotUniform),
  });
  return tfl.model({ name, inputs: input, outputs: output.apply(x) as Symbolic });
}

/** Initialiser and regulariser of a layer's kernel. Each layer has a seed of its own, drawn from its name. */
function kernel(name: string, { seed, l2 }: KernelContext, initializer = tfl.initializers.heNormal) {
  const key = Array.from(name, (letter) => letter.codePointAt(0)!);
  const kernelInitializer = initializer({ seed: new Random(seed, ...key).uint32() || 1 }); // 0 is no seed to tfjs
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
