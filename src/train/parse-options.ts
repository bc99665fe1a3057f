import type * as tf from '@tensorflow/tfjs-core';
import type { LabeledImages } from '../data/batches';
import { inputError } from '../errors';
import {
  batchSize,
  callback,
  flag,
  having,
  integer,
  number,
  object,
  oneOf,
  optional,
  POSITIVE,
  type Schema,
  seed,
  signal,
  text,
  that,
  unchecked,
} from '../schema';
import { describe } from '../validate';
import { parseCurriculum } from './curriculum';
import { parseLoss } from './losses';
import { DEFAULT_RATES, type OptimizerName } from './optimizers';
import type { CheckpointOptions, EarlyStoppingOptions, OptimizationOptions, TfCallback, TrainOptions } from './options';
import type { PlateauSchedule, Schedule } from './schedules';
import type { CheckpointStore } from './checkpoint-store';
import type { GradientWorkers } from './workers';

const parseStopping = object({
  monitor: optional(oneOf(['valLoss', 'valAccuracy']), 'valLoss'),
  patience: optional(integer({ min: 1 }), 5),
  minDelta: optional(number({ min: 0 }), 0),
  restoreBest: optional(flag, true),
} satisfies Schema<EarlyStoppingOptions>);

/** Early stopping with its defaults. */
export type Stopping = ReturnType<typeof parseStopping>;

const optimizerName = oneOf(Object.keys(DEFAULT_RATES) as OptimizerName[]);
const tfOptimizer = having<tf.Optimizer>('applyGradients', 'a name or a tfjs optimizer such as tf.train.adam()');
const rateNumber = number(POSITIVE);
const rateSchedule = that<Schedule | PlateauSchedule>(
  'a number, a schedule or what reduceOnPlateau gives',
  (rate) =>
    typeof rate === 'function' || (typeof (rate as Partial<PlateauSchedule>).next === 'function' && 'start' in rate),
);
const tfCallback = that<TfCallback>('tfjs callbacks or their methods', (value) => typeof value === 'object');

const parse = object({
  epochs: integer({ min: 1 }),
  batchSize,
  seed,
  validation: optional<NonNullable<TrainOptions['validation']>>((where, given) =>
    typeof given === 'number' ? number({ min: 1e-6, max: 1 - 1e-6 })(where, given) : (given as LabeledImages),
  ),
  augment: unchecked<TrainOptions['augment']>, // is compiled for each epoch
  curriculum: parseCurriculum,
  preprocessing: unchecked<TrainOptions['preprocessing']>, // is resolved by the model
  loss: (where, given = {}) => parseLoss(where, given),
  freeze: optional(text, 'none'),
  precision: optional(oneOf(['float32', 'bfloat16']), 'float32'),
  workers: optional(having<GradientWorkers>('open', 'workers, such as startTrainingWorkers() of fer-cnn/node gives')),
  optimization: (where, given = {}) =>
    object({
      optimizer: optional<OptimizerName | tf.Optimizer>(
        (at, optimizer) => (typeof optimizer === 'string' ? optimizerName : tfOptimizer)(at, optimizer),
        'momentum',
      ),
      learningRate: optional<number | Schedule | PlateauSchedule>((at, rate) =>
        (typeof rate === 'number' ? rateNumber : rateSchedule)(at, rate),
      ),
      weightDecay: optional(number({ min: 0 }), 0),
      clipNorm: optional(number(POSITIVE)),
      averaging: optional(number({ min: 0, max: 1 - 1e-9 })),
    } satisfies Schema<OptimizationOptions>)(where, given),
  earlyStopping: optional(parseStopping),
  checkpoint: optional(
    object({
      store: that<CheckpointStore>(
        'an object with read() and write()',
        ({ read, write }) => typeof read === 'function' && typeof write === 'function',
      ),
      everyEpochs: optional(integer({ min: 1 }), 1),
      everySteps: optional(integer({ min: 1 }), Infinity),
      resume: optional(oneOf([true, false, 'changed']), true),
    } satisfies Schema<CheckpointOptions>),
  ),
  callbacks: optional<readonly TfCallback[]>(
    (where, given) => [given].flat().map((each) => tfCallback(where, each)),
    [],
  ),
  onProgress: callback<TrainOptions['onProgress']>(),
  signal,
} satisfies Schema<TrainOptions>);

/** The options of a run with their defaults. */
export type ResolvedOptions = ReturnType<typeof parse>;

/** Checks all options of `train` that do not depend on model and data, and fills in their defaults. */
export function parseOptions(options: Partial<TrainOptions> = {}): ResolvedOptions {
  const resolved = parse('train', options);
  const { earlyStopping, validation, workers, loss } = resolved;
  if (earlyStopping && validation === undefined) {
    throw inputError('train: earlyStopping', 'validation data', 'none', 'Set the option validation.');
  }
  if (workers && typeof loss.type === 'function') {
    const expected = 'the name of a loss, since functions cannot be handed to workers';
    throw inputError('train: loss.type', expected, describe(loss.type));
  }
  return resolved;
}
