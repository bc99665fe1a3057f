import * as tf from '@tensorflow/tfjs-core';

/** Disposes of the tensors that tfjs saved for a gradient that failed; tfjs does so only after success. */
export function freeTape(): void {
  const { state } = tf.engine() as unknown as { state: { activeTape: { saved?: tf.Tensor[] }[] | null } };
  state.activeTape?.forEach(({ saved }) => tf.dispose(saved ?? []));
  state.activeTape = null;
}
