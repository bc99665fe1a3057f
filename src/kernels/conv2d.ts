import * as tf from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { conv2dBackpropInput, halfTurn } from './conv2d-backprop-input';
import { filterGradientByProducts } from './filter-products';
import { type ConvAttributes, convGeometry, isDilated } from './geometry';
import { type LazyOperation, runKernel, runLazily } from '../tfjs/lazy';
import { fastConvolutions, nativeKernels } from './on-demand';

/** The data type of the factors in products; sums are always float32. */
export type Precision = 'float32' | 'bfloat16';

type Inputs = { x: tf.Tensor4D; filter: tf.Tensor4D };

const convolve = ({ x, filter }: Inputs, { strides, pad, dilations }: ConvAttributes) =>
  tf.conv2d(x, filter, strides, pad, 'NHWC', dilations);

const geometryOf = ({ x, filter }: Inputs, attributes: ConvAttributes) =>
  convGeometry('conv2dInTraining', x.shape, filter.shape, attributes);

const fast = (x: tf.Tensor4D, filter: tf.Tensor4D) => fastConvolutions()!.convolveInTraining(x, filter);

/** On WASM: a convolution and its gradients by Winograd's algorithm where it applies. */
const FAST: LazyOperation<Inputs, ConvAttributes> = {
  name: 'FerFastConv2D',
  forward: ({ x, filter }) => fast(x, filter),
  gradients: {
    x: (dy, { filter }) => tf.tidy(() => fast(dy as tf.Tensor4D, halfTurn(filter))),
    filter: (dy, { x }) => fastConvolutions()!.winogradFilterGradient(x, dy as tf.Tensor4D),
  },
};

/** On GPU backends: the backend's own convolution and input gradient, and the filter gradient as matrix products. */
const ON_GRAPHICS: LazyOperation<Inputs, ConvAttributes> = {
  name: 'FerGraphicsConv2D',
  forward: convolve,
  gradients: {
    x(dy, { x, filter }, { strides, pad }) {
      const attributes = { strides, pad, dataFormat: 'NHWC', inputShape: x.shape };
      return runKernel('Conv2DBackpropInput', { dy, filter }, attributes);
    },
    filter: (dy, inputs, attributes) =>
      filterGradientByProducts(inputs.x, dy as tf.Tensor4D, geometryOf(inputs, attributes)),
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
 * A convolution with faster or otherwise missing gradients. On WASM, and with dilations on every backend, its gradients are convolutions
 * too: tfjs's input gradient on WASM is ten times slower, and tfjs has no gradient for dilations. WASM computes 3×3 convolutions by
 * Winograd's algorithm where it applies; WebGPU and WebGL compute the filter gradient as a sum of matrix products.
 *
 * @param x The input, `[n, h, w, c]` float32; borrowed.
 * @param filter `[kh, kw, c, filters]` float32; borrowed.
 * @param attributes Strides, padding and dilations; channels last.
 * @param precision The data type of products on the native backend, without dilations; ignored elsewhere.
 * @returns `[n, oh, ow, filters]`, differentiable with respect to both inputs; owned by the caller.
 * @throws InputError if the data format is not NHWC.
 */
export function conv2dInTraining(
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  attributes: ConvAttributes,
  precision: Precision = 'float32',
): tf.Tensor4D {
  const inputs = { x, filter };
  const operation = operationFor(inputs, attributes, precision);
  return operation ? (runLazily(operation, inputs, attributes) as tf.Tensor4D) : convolve(inputs, attributes);
}

/** The operation that replaces tfjs's own; undefined if tfjs has the better gradients. */
function operationFor(
  inputs: Inputs,
  attributes: ConvAttributes,
  precision: Precision,
): LazyOperation<Inputs, ConvAttributes> | undefined {
  const geometry = geometryOf(inputs, attributes);
  const backend = tf.getBackend();
  const { x, filter } = inputs;
  if (x.dtype === 'float32' && fastConvolutions()?.fitsWinogradTraining(x.shape, filter.shape, attributes)) return FAST;
  if (isDilated(geometry) || backend === 'wasm') return CONVOLUTION;
  const native = nativeKernels();
  if (precision === 'bfloat16' && native && typeof attributes.pad === 'string') return native.IN_BFLOAT16;
  const hasNoStrides = geometry.strideHeight === 1 && geometry.strideWidth === 1;
  return hasNoStrides && ['webgpu', 'webgl'].includes(backend) ? ON_GRAPHICS : undefined;
}
