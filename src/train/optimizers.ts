import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';

/**
 * Names of the optimizers that come with the package; `'momentum'` is SGD with Nesterov momentum 0.9.
 */
export type OptimizerName = 'sgd' | 'momentum' | 'adam' | 'rmsprop';

/** Learning rates of the named optimizers when none is given. */
export const DEFAULT_RATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.05,
  momentum: 0.05,
  adam: 1e-3,
  rmsprop: 1e-3,
};

/** Creates an optimizer by name. The caller disposes it with `disposeOptimizer`. */
export function createOptimizer(name: OptimizerName): tf.Optimizer {
  const rate = DEFAULT_RATES[name];
  return name === 'momentum' ? tf.train.momentum(rate, 0.9, true) : tf.train[name](rate);
}

/** Throws if the state of this optimizer cannot be saved. */
export function checkCanBeSaved(optimizer: tf.Optimizer): void {
  if (optimizer.getClassName() !== 'Adamax') return;
  const remedy = 'Use tf.train.adam() or leave the checkpoint out.';
  throw inputError('train: checkpoint', 'an optimizer whose state tfjs can save', 'Adamax', remedy);
}
