import * as tf from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { conv2dBackpropInput, halfTurn } from './conv2d-backprop-input';
import type { ConvAttributes } from './geometry';
import { convGeometry, isDilated } from './geometry';
import type { LazyOperation } from './lazy';
import { runLazily } from './lazy';
import { convolveByWinograd, fitsWinogradTraining, winogradFactors, winogradFilterGradient } from './winograd';

type Inputs = { x: tf.Tensor4D; filter: tf.Tensor4D };

const convolve = ({ x, filter }: Inputs, { strides, pad, dilations }: ConvAttributes) =>
  tf.conv2d(x, filter, strides, pad, 'NHWC', dilations);

const geometryOf = ({ x, filter }: Inputs, attributes: ConvAttributes) =>
  convGeometry('conv2dInTraining', x.shape, filter.shape, attributes);

const fast = (x: tf.Tensor4D, filter: tf.Tensor4D) => tf.tidy(() => convolveByWinograd(x, winogradFactors(filter)));

/** On WASM: a convolution and its gradients with fewer products where that can be done. */
const FAST: LazyOperation<Inputs, ConvAttributes> = {
  name: 'FerFastConv2D',
  forward: ({ x, filter }) => fast(x, filter),
  gradients: {
    x: (dy, { filter }) => fast(dy as tf.Tensor4D, halfTurn(filter)),
    filter: (dy, { x }) => winogradFilterGradient(x, dy as tf.Tensor4D),
  },
};

const CONVOLUTION: LazyOperation<Inputs, ConvAttributes> = {
  name: 'FerConv2D',
  forward: convolve,
  gradients: {
    x: (dy, inputs, attributes) =>
      conv2dBackpropInput(dy as tf.Tensor4D, inputs.filter, geometryOf(inputs, attributes)),
    filter: (dy, inputs, attributes) =>
      conv2dBackpropFilter(inputs.x, dy as tf.Tensor4D, geometryOf(inputs, attributes)),
  },
};

/**
 * Convolution whose gradients are convolutions too where tfjs's own are slow or missing: on WASM, whose input gradient is a plain
 * loop of a tenth of the speed, and with dilations, for which tfjs has no gradient on any backend. On WASM, 3×3 convolutions are
 * computed with fewer products where that can be done.
 *
 * @param x Input, `[n, h, w, c]` float32; borrowed.
 * @param filter `[kh, kw, c, filters]` float32; borrowed.
 * @param attributes Strides, padding and dilations; channels last.
 * @returns `[n, oh, ow, filters]`, differentiable by both; the caller's.
 * @throws InputError if the axes are not in the order NHWC.
 * @example
 * ```ts
 * const y = conv2dInTraining(x, filter, { strides: 1, pad: 'same', dilations: 2 });
 * ```
 */
export function conv2dInTraining(x: tf.Tensor4D, filter: tf.Tensor4D, attributes: ConvAttributes): tf.Tensor4D {
  const inputs = { x, filter };
  const geometry = geometryOf(inputs, attributes);
  if (fitsWinogradTraining(x.shape, filter.shape, attributes))
    return runLazily(FAST, inputs, attributes) as tf.Tensor4D;
  const ours = isDilated(geometry) || tf.getBackend() === 'wasm';
  return ours ? (runLazily(CONVOLUTION, inputs, attributes) as tf.Tensor4D) : convolve(inputs, attributes);
}
