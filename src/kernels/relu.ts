import * as tf from '@tensorflow/tfjs-core';
import { type Forward, withGradient } from '../tfjs/custom-grad';
import { nativeKernels } from './on-demand';

/**
 * ReLU with a gradient of one operation on the native backend and two elsewhere; tfjs's own needs three.
 *
 * @param x Any shape, float32; borrowed.
 * @returns `max(x, 0)`, differentiable; owned by the caller.
 */
export function reluInTraining(x: tf.Tensor): tf.Tensor {
  const relu: Forward<[tf.Tensor]> = ([x], save) => {
    const y = tf.relu(x);
    save([y]);
    const gradFunc = (dy: tf.Tensor, [y]: tf.Tensor[]) =>
      nativeKernels()?.nativeReluGradient(dy, y!) ?? tf.mul(dy, tf.step(y!));
    return { value: y, gradFunc };
  };
  return withGradient(relu, [x]);
}
