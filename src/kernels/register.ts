import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from '../backend/backend';
import { conv2dBackpropFilter } from './conv2d-backprop-filter';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from './depthwise-backprop';
import type { ConvAttributes } from './geometry';
import { convGeometry } from './geometry';
import { unsortedSegmentSum } from './unsorted-segment-sum';

type Compute = (inputs: Record<string, tf.Tensor4D>, attributes: KernelAttributes, name: string) => tf.Tensor;

/** The attributes of all kernels here; each has some of them. */
interface KernelAttributes extends ConvAttributes {
  filterShape: number[];
  inputShape: number[];
  numSegments: number;
}

/** The gradient kernels that some backend lacks, each composed from operations that every backend has. */
const KERNELS: Readonly<Record<string, Compute>> = {
  Conv2DBackpropFilter: ({ x, dy }, attributes, name) =>
    conv2dBackpropFilter(x!, dy!, convGeometry(name, x!.shape, attributes.filterShape, attributes)),
  DepthwiseConv2dNativeBackpropFilter: ({ x, dy }, attributes, name) =>
    depthwiseBackpropFilter(x!, dy!, convGeometry(name, x!.shape, attributes.filterShape, attributes, true)),
  DepthwiseConv2dNativeBackpropInput: ({ dy, filter }, attributes, name) =>
    depthwiseBackpropInput(dy!, filter!, convGeometry(name, attributes.inputShape, filter!.shape, attributes, true)),
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }) => unsortedSegmentSum(x!, segmentIds!, numSegments),
};

/**
 * Registers the gradient kernels that the active backend lacks, so that it can train: on WASM those of convolutions, of depthwise
 * convolutions and of `tf.gather`. {@link train} does this itself; call it before training by other means, such as `model.fit`.
 * Kernels that the backend brings stay as they are, and a second call does nothing.
 *
 * @returns Names of the kernels that were registered by this call.
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
  const missing = Object.keys(KERNELS).filter((kernelName) => !tf.getKernel(kernelName, backendName));
  for (const kernelName of missing) {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) =>
      KERNELS[kernelName]!(inputs as Record<string, tf.Tensor4D>, attrs as unknown as KernelAttributes, kernelName);
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
  return missing;
}
