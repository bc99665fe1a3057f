import * as tf from '@tensorflow/tfjs-core';

/** Frees what tfjs saved for a gradient whose computation failed; it does so itself only after one that did not. */
export function freeTape(): void {
  const { state } = tf.engine() as unknown as { state: { activeTape: { saved?: tf.Tensor[] }[] | null } };
  state.activeTape?.forEach(({ saved }) => tf.dispose(saved ?? []));
  state.activeTape = null;
}
