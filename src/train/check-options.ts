import { toAugmentation } from '../data/augment';
import { inputError } from '../errors';
import { checkInteger, checkNumber, checkOneOf, checkOptions, describe } from '../validate';
import { checkCurriculum } from './curriculum';
import type { EarlyStoppingOptions, TrainOptions } from './options';
import { checkOptimizer, DEFAULT_RATES } from './optimizers';

/**
 * Checks everything about the options of `train` that does not depend on model and data.
 * @throws InputError
 */
export function checkTrainOptions(options: TrainOptions): void {
  checkOptions('train: options', options, [
    ...['epochs', 'batchSize', 'seed', 'validation', 'augment', 'curriculum', 'preprocessing', 'loss'],
    ...['precision', 'workers', 'optimization', 'earlyStopping', 'checkpoint', 'callbacks', 'onProgress', 'signal'],
  ]);
  const {
    batchSize = 64,
    seed = 0,
    validation,
    augment,
    optimization = {},
    earlyStopping,
    checkpoint,
    callbacks = [],
  } = options;
  checkInteger('train: epochs', options.epochs, { min: 1 });
  checkInteger('train: batchSize', batchSize, { min: 1 });
  checkInteger('train: seed', seed, { min: 0 });
  if (typeof validation === 'number') checkNumber('train: validation', validation, { min: 1e-6, max: 1 - 1e-6 });
  toAugmentation('train: augment', augment);
  if (options.curriculum) checkCurriculum(options.curriculum, augment);
  checkOneOf('train: precision', options.precision ?? 'float32', ['float32', 'bfloat16']);
  checkWorkers(options);
  checkOptimization(optimization);
  if (earlyStopping) checkEarlyStopping(earlyStopping, validation !== undefined);
  for (const callback of [callbacks].flat()) {
    if (typeof callback !== 'object' || callback === null) {
      throw inputError('train: callbacks', 'tfjs callbacks or their methods', describe(callback));
    }
  }
  if (!checkpoint) return;
  checkOptions('train: checkpoint', checkpoint, ['store', 'everyEpochs', 'everySteps', 'resume']);
  checkInteger('train: checkpoint.everyEpochs', checkpoint.everyEpochs ?? 1, { min: 1 });
  checkInteger('train: checkpoint.everySteps', checkpoint.everySteps ?? 1, { min: 1 });
  if (typeof checkpoint.store?.read !== 'function' || typeof checkpoint.store.write !== 'function') {
    const expected = 'an object with read() and write()';
    throw inputError('train: checkpoint.store', expected, describe(checkpoint.store));
  }
}

function checkWorkers({ workers, loss }: TrainOptions): void {
  if (workers === undefined) return;
  if (typeof workers?.open !== 'function') {
    const expected = 'workers, such as startTrainingWorkers() of fer-cnn/node gives';
    throw inputError('train: workers', expected, describe(workers));
  }
  if (typeof loss?.type !== 'function') return;
  const expected = 'the name of a loss, since functions cannot be handed to workers';
  throw inputError('train: loss.type', expected, 'a function');
}

function checkOptimization(optimization: NonNullable<TrainOptions['optimization']>): void {
  const where = 'train: optimization';
  checkOptions(where, optimization, ['optimizer', 'learningRate', 'weightDecay', 'clipNorm', 'averaging']);
  const { optimizer = 'momentum', learningRate = 1, weightDecay = 0, clipNorm = 1, averaging = 0 } = optimization;
  if (typeof optimizer === 'string') checkOneOf(`${where}.optimizer`, optimizer, Object.keys(DEFAULT_RATES));
  else checkOptimizer(optimizer);
  if (typeof learningRate === 'number') checkNumber(`${where}.learningRate`, learningRate, { min: Number.MIN_VALUE });
  else if (typeof learningRate !== 'function' && typeof learningRate?.next !== 'function') {
    const expected = 'a number, a schedule or what reduceOnPlateau gives';
    throw inputError(`${where}.learningRate`, expected, describe(learningRate));
  }
  checkNumber(`${where}.weightDecay`, weightDecay, { min: 0 });
  checkNumber(`${where}.clipNorm`, clipNorm, { min: Number.MIN_VALUE });
  checkNumber(`${where}.averaging`, averaging, { min: 0, max: 1 - 1e-9 });
}

function checkEarlyStopping(options: EarlyStoppingOptions, hasValidation: boolean): void {
  const where = 'train: earlyStopping';
  checkOptions(where, options, ['monitor', 'patience', 'minDelta', 'restoreBest']);
  const { monitor, patience, minDelta } = earlyStoppingWithDefaults(options);
  checkOneOf(`${where}.monitor`, monitor, ['valLoss', 'valAccuracy']);
  checkInteger(`${where}.patience`, patience, { min: 1 });
  checkNumber(`${where}.minDelta`, minDelta, { min: 0 });
  if (hasValidation) return;
  throw inputError(where, 'validation data', 'none', 'Set the option validation.');
}

/** Early-stopping options with every default filled in. */
export function earlyStoppingWithDefaults(options: EarlyStoppingOptions): Required<EarlyStoppingOptions> {
  const { monitor = 'valLoss', patience = 5, minDelta = 0, restoreBest = true } = options;
  return { monitor, patience, minDelta, restoreBest };
}
