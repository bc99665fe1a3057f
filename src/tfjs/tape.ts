import * as tf from '@tensorflow/tfjs-core';

/** The tape of tfjs's engine, with the tensors that each step saved. */
interface Tape {
  activeTape: { saved?: tf.Tensor[] }[] | null;
}

/** Disposes of the tensors that tfjs saved for a gradient that failed; tfjs does so only after success. */
export function freeTape(): void {
  const state: Tape = tf.engine().state;
  state.activeTape?.forEach(({ saved }) => tf.dispose(saved ?? []));
  state.activeTape = null;
}
