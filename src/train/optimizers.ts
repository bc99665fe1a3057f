import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { checkNumber } from '../validate';

/**
 * Names of the optimizers that come with the package; `'momentum'` is SGD with Nesterov momentum 0.9.
 *
 * @example
 * ```ts
 * const optimizer: OptimizerName = 'adam';
 * await train(model, dataset, { epochs: 30, optimization: { optimizer, learningRate: 1e-3 } });
 * ```
 */
export type OptimizerName = 'sgd' | 'momentum' | 'adam' | 'rmsprop';

/** Learning rates of the named optimizers when none is given. */
export const DEFAULT_RATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.05,
  momentum: 0.05,
  adam: 1e-3,
  rmsprop: 1e-3,
};

/** The members of tfjs optimizers that are used here and not public there. */
interface OptimizerInternals {
  learningRate?: number;
  setLearningRate?(rate: number): void;
  c?: tf.Scalar;
  accBeta1?: tf.Variable;
  accBeta2?: tf.Variable;
}

const internals = (optimizer: tf.Optimizer) => optimizer as unknown as OptimizerInternals;

/** Creates an optimizer by name. The caller disposes it with {@link disposeOptimizer}. */
export function createOptimizer(name: OptimizerName): tf.Optimizer {
  const rate = DEFAULT_RATES[name];
  return name === 'momentum' ? tf.train.momentum(rate, 0.9, true) : tf.train[name](rate);
}

/**
 * Sets the learning rate of any tfjs optimizer.
 * @throws InputError if a schedule gave something else than a rate.
 */
export function setLearningRate(optimizer: tf.Optimizer, rate: number): void {
  checkNumber('train: optimization.learningRate', rate, { min: 0, max: 1e30 });
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
  const { centered } = optimizer as unknown as { centered?: boolean };
  return [...kinds, ...(centered ? [''] : [])].map((kind) => kind === '+');
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

/** Adam's running powers of beta, which tfjs would recompute inexactly; none of another optimizer. */
export function powersOf(optimizer: tf.Optimizer): tf.Variable[] {
  const { accBeta1, accBeta2 } = internals(optimizer);
  return accBeta1 && accBeta2 ? [accBeta1, accBeta2] : [];
}
