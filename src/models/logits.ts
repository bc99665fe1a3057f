import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

type Layer = tfl.layers.Layer;

/** The members of tfjs layers that are used here and not public there. */
interface Head {
  activation: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor };
}

const LINEAR: Head['activation'] = { getClassName: () => 'linear', apply: (x) => x };

/** The dense or activation layer that gives a model's output, also if that is the last one of a model within it; undefined if it is another. */
function headOf(model: tfl.LayersModel): Head | undefined {
  let layer = model.outputs[0]!.sourceLayer as Layer & Partial<Head>;
  while ('outputs' in layer) layer = (layer as unknown as tfl.LayersModel).outputs[0]!.sourceLayer;
  const isPlain = ['Dense', 'Activation'].includes(layer.getClassName());
  return isPlain && /^(softmax|sigmoid|linear)$/.test(layer.activation?.getClassName() ?? '')
    ? (layer as unknown as Head)
    : undefined;
}

/**
 * The logits of a model, differentiable: its output with the head's softmax or sigmoid switched off or, where that stands elsewhere,
 * log(p). The model is as before when the call returns.
 *
 * @param model A model with one output `[n, classes]`; borrowed.
 * @param images Preprocessed pictures, `[n, h, w, c]`; borrowed.
 * @param training Whether layers behave as in training. Default false.
 * @returns `[n, classes]`; the caller's, or the enclosing tidy's.
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
 * Logits from a model's outputs, by the inverse of its head: those of a softmax up to a constant for each picture.
 *
 * @param model A model with one output `[n, classes]`; borrowed.
 * @param outputs What it gave, `[n, classes]`; borrowed. Probabilities below 1e-7, for a sigmoid also above 1 - 1e-7, count as these.
 * @returns `[n, classes]`; the caller's, or the enclosing tidy's.
 */
export function logitsFrom(model: tfl.LayersModel, outputs: tf.Tensor2D): tf.Tensor2D {
  const activation = headOf(model)?.activation.getClassName();
  if (activation === 'linear') return tf.clone(outputs);
  const log = (p: tf.Tensor2D) => tf.log<tf.Tensor2D>(tf.clipByValue(p, 1e-7, 1));
  return activation === 'sigmoid' ? tf.sub(log(outputs), log(tf.sub(1, outputs))) : log(outputs);
}
