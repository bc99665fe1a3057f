import type * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Augmentation, AugmentOptions } from '../data/augment';
import type { LabeledImages } from '../data/batches';
import type { Pixels, Preprocessing } from '../image/preprocess';
import type { CurriculumOptions } from './curriculum';
import type { StreamedData, TensorData } from './data';
import type { LossOptions } from './losses';
import type { OptimizerName } from './optimizers';
import type { PlateauSchedule, Schedule } from './schedules';
import type { CheckpointStore } from './checkpoint-store';
import type { GradientWorkers } from './workers';

/**
 * How the optimizer updates the weights.
 */
export interface OptimizationOptions {
  /** Name, or a tfjs optimizer, which is borrowed. Default `'momentum'`: SGD with Nesterov momentum 0.9. */
  optimizer?: OptimizerName | tf.Optimizer;
  /**
   * A rate above 0, a schedule, or {@link reduceOnPlateau}. Default 0.05 for SGD and momentum, 1e-3 for Adam and RMSProp, and what
   * it has for an optimizer object.
   */
  learningRate?: number | Schedule | PlateauSchedule;
  /** L2 decay, added to the gradient as `weightDecay * kernel`; kernels only, no biases and no batch norm. Default 0. */
  weightDecay?: number;
  /** Maximum norm of the whole gradient, above 0; longer ones are scaled down to it. Default none. */
  clipNorm?: number;
  /**
   * Decay of an exponential moving average (EMA) of all weights, 0 to below 1, for instance 0.999. Validation uses it, and the model
   * ends with it. Default none.
   */
  averaging?: number;
}

/**
 * When to stop before the last epoch. Needs validation data.
 */
export interface EarlyStoppingOptions {
  /** What must improve. Default `'valLoss'`. */
  monitor?: 'valLoss' | 'valAccuracy';
  /** Epochs without improvement after which the run ends, at least 1. Default 5. */
  patience?: number;
  /** Minimum improvement that counts, at least 0. Default 0. */
  minDelta?: number;
  /** Whether the model gets back the weights of its best epoch, at whatever epoch the run ends. Default true. */
  restoreBest?: boolean;
}

/**
 * Where and how often to save.
 */
export interface CheckpointOptions {
  /** Where the checkpoint is kept. */
  store: CheckpointStore;
  /** Epochs from one checkpoint to the next, at least 1. Default 1. An abort saves one too. */
  everyEpochs?: number;
  /** Steps from one checkpoint to the next within an epoch, at least 1. Default none. */
  everySteps?: number;
  /**
   * Whether to resume from the checkpoint in the store, if there is one. One of a run with other data, learning rates, loss, augmentation
   * or the like is refused, unless this is `'changed'`: then the run continues with what is given now. Functions are compared by their
   * source. Default true.
   */
  resume?: boolean | 'changed';
}

/**
 * A moment of training.
 */
export interface TrainProgress {
  /** The current epoch, from 1. */
  epoch: number;
  /** Epochs of the run. */
  epochs: number;
  /** Batches done in this epoch. */
  batch: number;
  /** Batches in an epoch; undefined in the first epoch of a stream of unknown length. */
  batches: number | undefined;
  /** Mean loss of the epoch so far. */
  loss: number;
  /** Accuracy of the epoch so far on the augmented images, 0..1. */
  accuracy: number;
  /** Learning rate of the last step. */
  learningRate: number;
}

/**
 * One epoch of a run.
 */
export interface EpochRecord {
  /** Number of the epoch, from 1. */
  epoch: number;
  /** Mean training loss, regularization included. */
  loss: number;
  /** Accuracy on the augmented training images, 0..1. */
  accuracy: number;
  /** Mean loss on the validation data, without smoothing, class weights and regularization. */
  valLoss?: number;
  /** Accuracy on the validation data, 0..1. */
  valAccuracy?: number;
  /** Learning rate of the last step. */
  learningRate: number;
  /** Seconds of training and validation. */
  seconds: number;
}

/**
 * What `train` returns.
 */
export interface TrainResult {
  /** All epochs of the run, those before a resume included. */
  history: EpochRecord[];
  /** Steps done in all. */
  steps: number;
  /** Why the run ended: all epochs done, early stopping, or a callback that set `model.stopTraining`. */
  reason: 'completed' | 'earlyStopping' | 'callback';
  /** The epoch, from 1, whose weights the model has, if early stopping restored the best; otherwise undefined. */
  bestEpoch: number | undefined;
}

/**
 * An instance of `tf.Callback` or of a class derived from it, such as `tf.node.tensorBoard()` gives.
 */
export interface TfCallbackInstance {
  /** Receives the parameters of the run. */
  setParams(params: Parameters<tfl.Callback['setParams']>[0]): void;
  /** Receives the model. */
  setModel(model: tfl.LayersModel): void;
}

/**
 * A tfjs callback: an instance of `tf.Callback`, or a plain object with `onEpochEnd` and the like.
 */
export type TfCallback = TfCallbackInstance | tfl.CustomCallbackArgs;

/**
 * Options of {@link train}.
 */
export interface TrainOptions {
  /** Total number of epochs, at least 1, those before a resume included. */
  epochs: number;
  /** Images per step, at least 1; a stream has its own. Default 64. */
  batchSize?: number;
  /** Seed of order, augmentation and dropout, an integer of at least 0. Default 0. */
  seed?: number;
  /** Validation data, or the share of the training data to set aside, above 0 and below 1. Default none. */
  validation?: LabeledImages | TensorData | StreamedData | number;
  /** Random changes to the training images. Default none. */
  augment?: AugmentOptions | Augmentation;
  /** How the training images change in the course of the run. Default not at all. */
  curriculum?: CurriculumOptions;
  /** How pixels become the model's input. Default: what the model knows, else FER2013's mean and standard deviation at the model's size. */
  preprocessing?: Preprocessing | Pixels;
  /** The loss. Default categorical cross-entropy. */
  loss?: LossOptions;
  /**
   * The layers that keep their weights: `'none'`; `'backbone'`, all but the last layer with weights, for a new head on trained
   * layers; or the name of a layer, for it and all before it in the order of `model.layers`. Frozen layers get no gradient and no weight
   * decay, and run as in prediction: their batch norm does not move and their dropout is off. Afterwards they are as trainable as
   * before. Default `'none'`.
   */
  freeze?: 'backbone' | 'none' | (string & {});
  /**
   * Type in which convolutions multiply, forward and in their gradients; weights, sums and everything else stay float32. `'bfloat16'`
   * needs the native backend, and an AMD processor with AVX512-BF16 or an Intel processor with AMX to be faster. A run may be resumed
   * with another one. Default `'float32'`. Source: Kalamkar et al. 2019 (arXiv:1905.12322).
   */
  precision?: 'float32' | 'bfloat16';
  /**
   * Workers that share the images of each step and compute its gradient together, for backends that use one core: see
   * `startTrainingWorkers` of `fer-cnn/node`. The result is that of a run without them, but for rounding. The loss must be a named one.
   * Default none.
   */
  workers?: GradientWorkers;
  /** Optimizer, learning rate, weight decay, gradient clipping and EMA. */
  optimization?: OptimizationOptions;
  /** Early stopping. Default none. */
  earlyStopping?: EarlyStoppingOptions;
  /** Saving and resuming. Default none. */
  checkpoint?: CheckpointOptions;
  /** tfjs callbacks; logs are named `loss`, `acc`, `val_loss`, `val_acc` and `lr`. Default none. */
  callbacks?: TfCallback | readonly TfCallback[];
  /** Called after each step. Default none. */
  onProgress?: (progress: TrainProgress) => void;
  /** Ends the run between two steps, after a checkpoint if there is a store; its reason is thrown. Default none. */
  signal?: AbortSignal;
}
