import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from '../backend/backend';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-backprop';
import { type ConvAttributes, convGeometry } from './geometry';
import {
  averagePoolGradient,
  maxPoolGradientOnWasm,
  poolGeometry,
  type PoolGradientAttributes,
} from './pool-gradients';
import { type ResizeAttributes, resizeGradient } from './resize-gradient';
import { unsortedSegmentSum } from './unsorted-segment-sum';

type Compute = (inputs: Record<string, tf.Tensor4D>, attributes: KernelAttributes, name: string) => tf.TensorInfo;

/** The union of the attributes of all kernels. */
interface KernelAttributes extends ConvAttributes, ResizeAttributes, Pick<PoolGradientAttributes, 'filterSize'> {
  filterShape: number[];
  inputShape: number[];
  numSegments: number;
}

const geometryOf = (x: tf.Tensor4D, attributes: KernelAttributes) =>
  poolGeometry(x.shape, attributes as KernelAttributes & PoolGradientAttributes);

/** The gradient kernels that some backends lack, composed of operations that every backend has. */
const KERNELS: Readonly<Record<string, Compute>> = {
  Conv2DBackpropFilter: ({ x, dy }, attributes, name) =>
    conv2dBackpropFilter(x!, dy!, convGeometry(name, x!.shape, attributes.filterShape, attributes)),
  DepthwiseConv2dNativeBackpropFilter: ({ x, dy }, attributes, name) =>
    depthwiseBackpropFilter(x!, dy!, convGeometry(name, x!.shape, attributes.filterShape, attributes, true)),
  DepthwiseConv2dNativeBackpropInput: ({ dy, filter }, attributes, name) =>
    depthwiseBackpropInput(dy!, filter!, convGeometry(name, attributes.inputShape, filter!.shape, attributes, true)),
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }) => unsortedSegmentSum(x!, segmentIds!, numSegments),
  AvgPoolGrad: ({ dy, input }, attributes) => averagePoolGradient(dy!, geometryOf(input!, attributes)),
  MaxPoolGrad: ({ dy, input }, attributes) => maxPoolGradientOnWasm(input!, dy!, geometryOf(input!, attributes)),
  ResizeNearestNeighborGrad: ({ dy, images }, attributes) => resizeGradient(dy!, images!.shape, 'nearest', attributes),
  ResizeBilinearGrad: ({ dy, images }, attributes) => resizeGradient(dy!, images!.shape, 'bilinear', attributes),
};

/** The kernels with wrong results in each backend; see the functions that replace them. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  cpu: ['AvgPoolGrad', 'ResizeNearestNeighborGrad', 'ResizeBilinearGrad'],
  wasm: ['AvgPoolGrad', 'MaxPoolGrad'],
  webgl: ['AvgPoolGrad'],
  webgpu: ['AvgPoolGrad'],
};

/** The kernels that were registered here, so that they are not replaced again. */
const OURS = new WeakSet<tf.KernelFunc>();

/**
 * Registers the gradient kernels that the active backend lacks for training: those of convolutions, depthwise convolutions and
 * `tf.gather` on WASM. Also replaces kernels of TensorFlow.js 4.22 with wrong gradients: average pooling with padding (all backends but
 * the native one), max pooling of windows without a positive value (WASM) and resizing (cpu). {@link train} calls this function; call it
 * before other training, such as `model.fit`. A second call does nothing.
 *
 * @returns The names of the kernels that this call registered.
 * @throws {@link BackendError} if no backend is ready.
 * @example
 * ```ts
 * await tf.setBackend('wasm');
 * registerTrainingKernels(); // ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter', …]
 * model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
 * await model.fit(xs, ys);
 * ```
 */
export function registerTrainingKernels(): string[] {
  requireBackend('registerTrainingKernels');
  const backendName = tf.getBackend();
  const wrong = WRONG[backendName] ?? [];
  const wanted = Object.keys(KERNELS).filter((kernelName) => {
    const present = tf.getKernel(kernelName, backendName);
    return present ? wrong.includes(kernelName) && !OURS.has(present.kernelFunc) : kernelName !== 'MaxPoolGrad';
  });
  for (const kernelName of wanted) {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) =>
      KERNELS[kernelName]!(
        inputs as Record<string, tf.Tensor4D>,
        attrs as tf.NamedAttrMap & KernelAttributes,
        kernelName,
      );
    OURS.add(kernelFunc);
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
  return wanted;
}
