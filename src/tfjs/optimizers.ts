import type * as tf from '@tensorflow/tfjs-core';

/** The members of optimizers that tfjs does not export. */
interface OptimizerInternals {
  learningRate?: number;
  setLearningRate?(rate: number): void;
  c?: tf.Scalar;
  accBeta1?: tf.Variable;
  accBeta2?: tf.Variable;
}

const internals = (optimizer: tf.Optimizer) => optimizer as tf.Optimizer & OptimizerInternals;

/** Sets the learning rate of any tfjs optimizer. */
export function setLearningRate(optimizer: tf.Optimizer, rate: number): void {
  const own = internals(optimizer);
  if (own.learningRate === rate) return;
  if (own.setLearningRate) own.setLearningRate(rate);
  else own.learningRate = rate;
}

/** The learning rate of an optimizer; 0 if it has none. */
export const getLearningRate = (optimizer: tf.Optimizer): number => internals(optimizer).learningRate ?? 0;

/** Disposes an optimizer whole; tfjs leaves the constant of SGD's descendants behind. */
export function disposeOptimizer(optimizer: tf.Optimizer): void {
  optimizer.dispose();
  internals(optimizer).c?.dispose();
}

/** Adam's running powers of beta, which tfjs would recompute inexactly; none of another optimizer. */
export function powersOf(optimizer: tf.Optimizer): tf.Variable[] {
  const { accBeta1, accBeta2 } = internals(optimizer);
  return accBeta1 && accBeta2 ? [accBeta1, accBeta2] : [];
}
