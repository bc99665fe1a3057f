import * as tf from '@tensorflow/tfjs-core';

/** Computes a value and tells its gradients: one for each input, from that of the value and from what was saved. */
export type Forward<Inputs> = (
  inputs: Inputs,
  save: tf.GradSaveFunc,
) => { value: tf.Tensor; gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor | tf.Tensor[] };

/**
 * `tf.customGrad` for a function that gets its inputs apart from what saves tensors, where tfjs passes all in one row.
 *
 * @param inputs Its inputs; borrowed.
 * @returns The value, differentiable; owned by the caller.
 */
export function withGradient<Inputs extends tf.Tensor[]>(forward: Forward<Inputs>, inputs: Inputs): tf.Tensor {
  const run = tf.customGrad((...given) => forward(given.slice(0, -1) as Inputs, given.at(-1) as tf.GradSaveFunc));
  return run(...inputs);
}
