import * as tf from '@tensorflow/tfjs-core';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { conv2dBackpropInput, halfTurn } from './conv2d-backprop-input';
import { filterGradientByProducts } from './filter-products';
import type { ConvAttributes } from './geometry';
import { convGeometry, isDilated } from './geometry';
import type { LazyOperation } from './lazy';
import { runLazily } from './lazy';
import { fastConvolutions, nativeKernels } from './on-demand';

/** Type of the factors of products; their sums are float32. */
export type Precision = 'float32' | 'bfloat16';

type Inputs = { x: tf.Tensor4D; filter: tf.Tensor4D };

const convolve = ({ x, filter }: Inputs, { strides, pad, dilations }: ConvAttributes) =>
  tf.conv2d(x, filter, strides, pad, 'NHWC', dilations);

const geometryOf = ({ x, filter }: Inputs, attributes: ConvAttributes) =>
  convGeometry('conv2dInTraining', x.shape, filter.shape, attributes);

const fast = (x: tf.Tensor4D, filter: tf.Tensor4D) => fastConvolutions()!.convolveInTraining(x, filter);

/** On WASM: a convolution and its gradients with fewer products where that can be done. */
const FAST: LazyOperation<Inputs, ConvAttributes> = {
  name: 'FerFastConv2D',
  forward: ({ x, filter }) => fast(x, filter),
  gradients: {
    x: (dy, { filter }) => tf.tidy(() => fast(dy as tf.Tensor4D, halfTurn(filter))),
    filter: (dy, { x }) => fastConvolutions()!.winogradFilterGradient(x, dy as tf.Tensor4D),
  },
};

/** On graphics backends: the backend's own convolution and input gradient, and the filter gradient as matrix products. */
const ON_GRAPHICS: LazyOperation<Inputs, ConvAttributes> = {
  name: 'FerGraphicsConv2D',
  forward: convolve,
  gradients: {
    x(dy, { x, filter }, { strides, pad }) {
      const attributes = { strides, pad, dataFormat: 'NHWC', inputShape: x.shape };
      const inputs = { dy, filter };
      return tf
        .engine()
        .runKernel('Conv2DBackpropInput', inputs, attributes as unknown as tf.NamedAttrMap) as tf.Tensor;
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
 * Convolution whose gradients are convolutions too where tfjs's own are slow or missing: on WASM, whose input gradient is a plain
 * loop of a tenth of the speed, and with dilations, for which tfjs has no gradient on any backend. On WASM, 3×3 convolutions are
 * computed with fewer products where that can be done; on WebGPU and WebGL the filter gradient is a sum of matrix products.
 *
 * @param x Input, `[n, h, w, c]` float32; borrowed.
 * @param filter `[kh, kw, c, filters]` float32; borrowed.
 * @param attributes Strides, padding and dilations; channels last.
 * @param precision Type in which the native backend multiplies, if there are no dilations; elsewhere without effect.
 * @returns `[n, oh, ow, filters]`, differentiable by both; the caller's.
 * @throws InputError if the axes are not in the order NHWC.
 * @example
 * ```ts
 * const y = conv2dInTraining(x, filter, { strides: 1, pad: 'same', dilations: 2 });
 * ```
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

/** The operation to take in place of tfjs's own; undefined if that has the better gradients. */
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
