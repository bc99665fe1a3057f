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

/** What optimizers of tfjs accumulate for each trained variable, in the order of their states: `+` is a sum or mean of squares. */
const ACCUMULATORS: Readonly<Record<string, readonly ('' | '+')[]>> = {
  SGD: [],
  Momentum: [''],
  Adagrad: ['+'],
  Adadelta: ['+', '+'],
  Adam: ['', '+'],
  RMSProp: ['+', ''],
};

/**
 * What an optimizer accumulates for each trained variable.
 *
 * @param optimizer The optimizer.
 * @param step The number of steps that it has made.
 * @returns For each accumulator whether it is never negative; undefined for an optimizer of another package.
 */
export function accumulatorsOf(optimizer: tf.Optimizer, step: number): readonly boolean[] | undefined {
  const kinds = ACCUMULATORS[optimizer.getClassName()];
  if (!kinds || step === 0) return kinds && [];
  return [...kinds, ...(optimizer.getConfig()['centered'] ? [''] : [])].map((kind) => kind === '+');
}

/** The settings of an optimizer other than the learning rate. */
export function settingsOf(optimizer: tf.Optimizer): object {
  return { ...optimizer.getConfig(), learningRate: undefined };
}

/** Throws if the state of this optimizer cannot be saved. */
export function checkCanBeSaved(optimizer: tf.Optimizer): void {
  if (optimizer.getClassName() !== 'Adamax') return;
  const remedy = 'Use tf.train.adam() or leave the checkpoint out.';
  throw inputError('train: checkpoint', 'an optimizer whose state tfjs can save', 'Adamax', remedy);
}
