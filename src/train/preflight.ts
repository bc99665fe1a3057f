import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { BackendError } from '../errors';

/** The gradient kernels that a layer needs and that some backend lacks. */
const KERNELS_BY_LAYER: Readonly<Record<string, readonly string[]>> = {
  Conv2D: ['Conv2DBackpropFilter', 'Conv2DBackpropInput'],
  DepthwiseConv2D: ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'],
  SeparableConv2D: [
    'DepthwiseConv2dNativeBackpropFilter',
    'DepthwiseConv2dNativeBackpropInput',
    'Conv2DBackpropFilter',
  ],
  MaxPooling2D: ['MaxPoolGrad'],
  AveragePooling2D: ['AvgPoolGrad'],
};

/**
 * Throws if the active backend lacks a kernel that training the model needs.
 *
 * @param model The model; borrowed.
 * @throws BackendError that names layer, kernel and the backends that can.
 */
export function checkCanTrain(model: tfl.LayersModel): void {
  const backend = tf.getBackend();
  for (const layer of model.layers) {
    const missing = KERNELS_BY_LAYER[layer.getClassName()]?.find((kernel) => !tf.getKernel(kernel, backend));
    if (missing === undefined) continue;
    throw new BackendError({
      where: `train: backend '${backend}'`,
      expected: `the kernel ${missing}, which training layer '${layer.name}' needs`,
      received: 'a backend without it',
      remedy:
        "Train on 'tensorflow' (@tensorflow/tfjs-node), 'webgpu', 'webgl' or 'cpu'; predictions work on this one too.",
    });
  }
}
