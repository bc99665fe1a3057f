import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { freeTape } from '../kernels/tape';
import { allLayers, onlyConsumer, replaceCall } from '../models/graph';
import { logitsOf } from '../models/logits';

type Layer = tfl.layers.Layer;

const CONVOLUTIONS = ['Conv2D', 'SeparableConv2D', 'DepthwiseConv2D', 'Conv2DTranspose'];
const FOLLOWERS = ['BatchNormalization', 'Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU'];

/**
 * The layer whose output {@link gradCam} looks at: the last convolution, or the batch norm and activation that belong to it.
 *
 * @param model The network; borrowed.
 * @returns undefined if it has no convolution.
 */
export function lastConvolution(model: tfl.LayersModel): Layer | undefined {
  let layer = allLayers(model.layers)
    .filter((each) => CONVOLUTIONS.includes(each.getClassName()))
    .pop();
  for (let next = layer; next; next = onlyConsumer(model, next)) {
    if (next !== layer && !FOLLOWERS.includes(next.getClassName())) break;
    layer = next;
  }
  return layer;
}

/**
 * Where in a picture the evidence for a class stands, by the activations of the last convolution: each is weighted by how much the logit
 * of the class rises with it, and what then speaks for the class is kept.
 *
 * @param model The network; borrowed.
 * @param layer Which layer, as {@link lastConvolution} finds it.
 * @param input One preprocessed picture [1, h, w, 1]; borrowed.
 * @param label Index of the class.
 * @param weighting `'channel'`: by the mean gradient over its channel (Grad-CAM, Selvaraju et al. 2017, arXiv:1610.02391).
 *   `'position'`: by the gradient at its own position (HiResCAM, Draelos and Carin 2020, arXiv:2011.08891). Both are the same where
 *   global average pooling and a dense layer follow.
 * @returns [rows, columns] of the layer's output, at least 0, in no unit; the caller's.
 */
export function gradCam(
  model: tfl.LayersModel,
  layer: Layer,
  input: tf.Tensor4D,
  label: number,
  weighting: 'channel' | 'position',
): tf.Tensor2D {
  const activations = activationsOf(model, layer, input); // [1, rows, columns, channels]
  try {
    return tf.tidy(() => {
      const logit = (values: tf.Tensor) => {
        const logits = withCall(
          layer,
          () => tf.clone(values),
          () => logitsOf(model, input),
        ); // [1, classes]
        return tf.sum(tf.mul(logits, tf.oneHot([label], logits.shape[1])));
      };
      const gradients = tf.grad(logit)(activations);
      const weights = weighting === 'channel' ? tf.mean(gradients, [1, 2], true) : gradients;
      return tf.squeeze<tf.Tensor2D>(tf.relu(tf.sum(tf.mul(activations, weights), -1)), [0]);
    });
  } catch (error) {
    freeTape();
    throw error;
  } finally {
    activations.dispose();
  }
}

function activationsOf(model: tfl.LayersModel, layer: Layer, input: tf.Tensor4D): tf.Tensor {
  let activations: tf.Tensor | undefined;
  const keepOutput = (plain: () => tf.Tensor) => {
    const y = plain();
    activations?.dispose(); // of an earlier call, where layers are shared
    activations = tf.keep(tf.clone(y)); // the model frees y itself
    return y;
  };
  try {
    withCall(layer, keepOutput, () => tf.tidy(() => void model.apply(input)));
    return activations!;
  } catch (error) {
    activations?.dispose();
    throw error;
  }
}

/** Runs an action while a layer computes something else, and puts the layer back. */
function withCall<T>(layer: Layer, call: (plain: () => tf.Tensor) => tf.Tensor, action: () => T): T {
  const restore = replaceCall(layer, (before) => (inputs, kwargs) => call(() => before(inputs, kwargs)));
  try {
    return action();
  } finally {
    restore();
  }
}
