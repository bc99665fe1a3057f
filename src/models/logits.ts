import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** The members of tfjs layers that are used here and not public there. */
interface Head {
  activation: { getClassName(): string; apply(x: tf.Tensor): tf.Tensor };
}

const LINEAR: Head['activation'] = { getClassName: () => 'linear', apply: (x) => x };

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
  const head = model.outputs[0]!.sourceLayer;
  const own = head as unknown as Head;
  const original = own.activation;
  const name = original?.getClassName(); // a layer without activation has none
  if (
    !['Dense', 'Activation'].includes(head.getClassName()) ||
    !['softmax', 'sigmoid', 'linear'].includes(name ?? '')
  ) {
    return tf.log(tf.clipByValue(model.apply(images, { training }) as tf.Tensor2D, 1e-7, 1));
  }
  own.activation = LINEAR;
  try {
    return model.apply(images, { training }) as tf.Tensor2D;
  } finally {
    own.activation = original;
  }
}
