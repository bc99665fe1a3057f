import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { freeTape } from '../tfjs/tape';
import { allLayers, onlyConsumer, replaceCall } from '../tfjs/layers';
import { logitsOf } from '../models/logits';

type Layer = tfl.layers.Layer;

const CONVOLUTIONS = ['Conv2D', 'SeparableConv2D', 'DepthwiseConv2D', 'Conv2DTranspose'];
const FOLLOWERS = ['BatchNormalization', 'Activation', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU'];

/**
 * Finds the layer for {@link gradCam}: the last convolution, or the batch norm or activation that directly follows it.
 *
 * @param model The model; borrowed.
 * @returns The layer; undefined if the model has no convolution.
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
 * Computes the evidence for a class from the activations of the last convolution: weights each activation by the gradient of the
 * class's logit, sums over the channels and keeps the positive part.
 *
 * @param model The model; borrowed.
 * @param input One preprocessed image [1, h, w, 1]; borrowed.
 * @param weighting `'channel'`: by the mean gradient of the channel (Grad-CAM, Selvaraju et al. 2017, arXiv:1610.02391).
 *   `'position'`: by the gradient at the same position (HiResCAM, Draelos and Carin 2020, arXiv:2011.08891). Both are equal if global
 *   average pooling and a dense layer follow.
 * @returns [rows, columns] of the layer's output, at least 0, without a unit; owned by the caller.
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
    activations?.dispose(); // of an earlier call, if the layer is shared
    activations = tf.keep(tf.clone(y)); // the model disposes of y
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

/** Runs an action with a replaced `call` of a layer, then restores it. */
function withCall<T>(layer: Layer, call: (plain: () => tf.Tensor) => tf.Tensor, action: () => T): T {
  const restore = replaceCall(layer, (before) => (inputs, kwargs) => call(() => before(inputs, kwargs)));
  try {
    return action();
  } finally {
    restore();
  }
}
