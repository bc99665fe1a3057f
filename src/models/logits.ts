import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { internals, isModel, type LayerInternals } from '../tfjs/layers';

const LINEAR: LayerInternals['activation'] = { getClassName: () => 'linear', apply: (x) => x };

/** The dense or activation layer that computes a model's output, also in a nested model; undefined for other layers. */
function headOf(model: tfl.LayersModel): LayerInternals | undefined {
  const layer: tfl.layers.Layer = model.outputs[0]!.sourceLayer;
  if (isModel(layer)) return headOf(layer);
  const own = internals(layer);
  const isPlain = ['Dense', 'Activation'].includes(layer.getClassName());
  return isPlain && /^(softmax|sigmoid|linear)$/.test(own.activation?.getClassName() ?? '') ? own : undefined;
}

/**
 * Computes the logits of a model, differentiable: its output without the final softmax or sigmoid, or log(p) if the last layer is another.
 * The model is unchanged afterwards.
 *
 * @param model A model with one output `[n, classes]`; borrowed.
 * @param images Preprocessed images, `[n, h, w, c]`; borrowed.
 * @param training Whether layers run in training mode. Default false.
 * @returns `[n, classes]`; owned by the caller or the enclosing tidy.
 */
export function logitsOf(model: tfl.LayersModel, images: tf.Tensor4D, training = false): tf.Tensor2D {
  const head = headOf(model);
  const apply = () => model.apply(images, { training }) as tf.Tensor2D;
  if (!head) return logitsFrom(model, apply());
  const original = head.activation;
  head.activation = LINEAR;
  try {
    return apply();
  } finally {
    head.activation = original;
  }
}

/**
 * Converts a model's outputs to logits by the inverse of its activation; those of a softmax up to a constant per image.
 *
 * @param model A model with one output `[n, classes]`; borrowed.
 * @param outputs The outputs, `[n, classes]`; borrowed. Probabilities are clipped at 1e-7, for a sigmoid also at 1 - 1e-7.
 * @returns `[n, classes]`; owned by the caller or the enclosing tidy.
 */
export function logitsFrom(model: tfl.LayersModel, outputs: tf.Tensor2D): tf.Tensor2D {
  const activation = headOf(model)?.activation.getClassName();
  if (activation === 'linear') return tf.clone(outputs);
  const log = (p: tf.Tensor2D) => tf.log<tf.Tensor2D>(tf.clipByValue(p, 1e-7, 1));
  return activation === 'sigmoid' ? tf.sub(log(outputs), log(tf.sub(1, outputs))) : log(outputs);
}
