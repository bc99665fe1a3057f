import * as tf from '@tensorflow/tfjs-core';
import { inputError, TrainingError } from '../errors';
import { checkNumber, describe } from '../validate';
import { restoreTensor, type StoredTensor, storeTensors } from './stored';

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

/** Learning rates at which the named optimizers start when none is given. */
export const DEFAULT_RATES: Readonly<Record<OptimizerName, number>> = {
  sgd: 0.05,
  momentum: 0.05,
  adam: 1e-3,
  rmsprop: 1e-3,
};

/** The members of tfjs optimizers that are used here and not public there. */
interface OptimizerInternals {
  learningRate: number;
  setLearningRate?(rate: number): void;
  c?: tf.Scalar;
  accBeta1?: tf.Variable;
  accBeta2?: tf.Variable;
}

const internals = (optimizer: tf.Optimizer) => optimizer as unknown as OptimizerInternals;

/** Makes an optimizer by name. The caller disposes it with {@link disposeOptimizer}. */
export function createOptimizer(name: OptimizerName, rate: number): tf.Optimizer {
  if (name === 'sgd') return tf.train.sgd(rate);
  if (name === 'momentum') return tf.train.momentum(rate, 0.9, true);
  return name === 'adam' ? tf.train.adam(rate) : tf.train.rmsprop(rate);
}

/** Throws unless `optimizer` is a tfjs optimizer. */
export function checkOptimizer(optimizer: unknown): asserts optimizer is tf.Optimizer {
  if (typeof (optimizer as tf.Optimizer | null)?.applyGradients === 'function') return;
  const expected = 'a name or a tfjs optimizer such as tf.train.adam()';
  throw inputError('train: optimization.optimizer', expected, describe(optimizer));
}

/** Sets the learning rate of any tfjs optimizer. */
export function setLearningRate(optimizer: tf.Optimizer, rate: number): void {
  checkNumber('train: optimization.learningRate', rate, { min: 0 });
  const own = internals(optimizer);
  if (own.learningRate === rate) return;
  if (own.setLearningRate) own.setLearningRate(rate);
  else own.learningRate = rate;
}

/** The learning rate that an optimizer has. */
export function getLearningRate(optimizer: tf.Optimizer): number {
  return internals(optimizer).learningRate;
}

/** Disposes an optimizer whole; tfjs leaves the constant of SGD's descendants behind. */
export function disposeOptimizer(optimizer: tf.Optimizer): void {
  optimizer.dispose();
  internals(optimizer).c?.dispose();
}

/** Throws if the state of this optimizer cannot be saved. */
export function checkCanBeSaved(optimizer: tf.Optimizer): void {
  if (optimizer.getClassName() !== 'Adamax') return;
  throw inputError(
    'train: checkpoint',
    'an optimizer whose state tfjs can save',
    'Adamax',
    'Use tf.train.adam() or leave the checkpoint out.',
  );
}

/** Adam's running powers of beta; none of another optimizer. */
function powersOf(optimizer: tf.Optimizer): tf.Variable[] {
  const { accBeta1, accBeta2 } = internals(optimizer);
  return accBeta1 && accBeta2 ? [accBeta1, accBeta2] : [];
}

/**
 * Copies an optimizer's state to the host. Adam's running powers of beta are added, since tfjs recomputes them inexactly.
 */
export async function readOptimizer(optimizer: tf.Optimizer): Promise<StoredTensor[]> {
  const weights = await optimizer.getWeights();
  const stored = await storeTensors('optimizer', [...weights.map(({ tensor }) => tensor), ...powersOf(optimizer)]);
  weights[0]?.tensor.dispose(); // the iteration count, made by getWeights; the others are the optimizer's own
  return stored;
}

/** Puts a state that {@link readOptimizer} copied into an optimizer of the same kind. */
export async function writeOptimizer(optimizer: tf.Optimizer, stored: readonly StoredTensor[]): Promise<void> {
  const powers = powersOf(optimizer);
  const count = stored.length - powers.length;
  if (count < 1) {
    const received = `${stored.length} tensors`;
    throw new TrainingError({ where: 'train: checkpoint', expected: 'the state of the same optimizer', received });
  }
  const tensors = stored.map(restoreTensor);
  try {
    await optimizer.setWeights(tensors.slice(0, count).map((tensor, i) => ({ name: stored[i]!.name, tensor })));
    powers.forEach((power, i) => power.assign(tensors[count + i]!));
  } finally {
    tensors.forEach((tensor) => tensor.dispose());
  }
}
