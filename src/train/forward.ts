import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';
import { batchNormInTraining, type BatchStatistics, type ReduceMeans } from '../kernels/batch-norm';
import { conv2dInTraining, type Precision } from '../kernels/conv2d';
import { matMulInTraining } from '../kernels/mat-mul';
import { maxPoolInTraining } from '../kernels/max-pool';
import { reluInTraining } from '../kernels/relu';
import {
  allLayers,
  type Call,
  internals,
  type LayerInternals,
  normalizesLastAxis,
  onlyInput,
  replaceCall,
} from '../tfjs/layers';
import { logitsOf } from '../models/logits';
import { Random } from '../random';

/**
 * A model prepared for training: while it is, the `call` of some layers is replaced on the instance. Batch norm, ReLU,
 * convolutions and dense layers use faster gradients, dropout draws its masks from the run's seed, and the head gives logits. Batch norm
 * and dropout that are not trainable do what they do in prediction. The model itself, its weights and its configuration stay as they are;
 * prediction during training is unaffected.
 */
export interface TrainingForward {
  /**
   * Logits of a batch, differentiable; batch-norm statistics move.
   * @param images Preprocessed images, `[n, h, w, c]`; borrowed.
   * @param key Integers that name the random stream of this step.
   * @param part The part of the batch that these are; all of it by default.
   */
  logits(images: tf.Tensor4D, key: readonly number[], part?: PartOfBatch): tf.Tensor2D;
  /** Undoes the preparation. */
  restore(): void;
}

/** Which part of a batch a worker has, where several share it. */
export interface PartOfBatch {
  /** Number of the part's first image within the batch. */
  first: number;
  /** Images of the whole batch. */
  batchSize: number;
  /** Makes means over the batch from means over the part. */
  reduce: ReduceMeans;
}

type Layer = tfl.layers.Layer;
/** The call of a layer that takes no part in training: tfjs would still move the statistics of batch norm. */
const inPrediction =
  (before: Call): Call =>
  (inputs, kwargs) =>
    before(inputs, { ...kwargs, training: false });

/**
 * Prepares a model for training. Call `restore` in a `finally`.
 *
 * @param model A model with one input `[n, h, w, c]` and one output `[n, classes]`; changed until `restore`.
 * @param precision Type in which convolutions multiply on the native backend.
 * @throws InputError if the model has several inputs or outputs.
 */
export function prepareForTraining(model: tfl.LayersModel, precision: Precision = 'float32'): TrainingForward {
  if (model.inputs.length !== 1 || model.outputs.length !== 1 || model.outputs[0]!.shape.length !== 2) {
    const received = `${model.inputs.length} inputs and ${model.outputs.length} outputs`;
    throw inputError('train: model', 'one input and one output [n, classes]', received);
  }
  const undo: (() => void)[] = [];
  const run: { key: readonly number[]; part: PartOfBatch | undefined } = { key: [0], part: undefined };
  const inTraining = (layer: Layer, call: (input: tf.Tensor) => tf.Tensor) => {
    const chosen =
      (before: Call): Call =>
      (inputs, kwargs) =>
        kwargs['training'] ? tf.tidy(() => call(onlyInput(inputs))) : before(inputs, kwargs);
    undo.push(replaceCall(layer, chosen));
  };
  allLayers(model.layers).forEach((layer, index) => {
    const own = internals(layer);
    const kind = layer.getClassName();
    if (kind === 'BatchNormalization' && layer.trainable && normalizesLastAxis(layer))
      inTraining(layer, (x) => batchNorm(layer, x, run.part));
    else if (kind === 'Conv2D' && own.dataFormat === 'channelsLast')
      inTraining(layer, (x) => convolve(own, x, precision));
    else if (kind === 'MaxPooling2D' && own.dataFormat === 'channelsLast') inTraining(layer, (x) => pool(own, x));
    else if (kind === 'Dense') inTraining(layer, (x) => multiply(own, x));
    else if (kind === 'Activation' && own.activation.getClassName() === 'relu') inTraining(layer, reluInTraining);
    else if (kind === 'Dropout' && layer.trainable && own.rate > 0) {
      inTraining(layer, (x) => dropout(x, own, [...run.key, index], run.part?.first ?? 0));
    } else if (!layer.trainable) undo.push(replaceCall(layer, inPrediction));
  });
  return {
    logits(images, key, part) {
      Object.assign(run, { key, part });
      return logitsOf(model, images, true);
    },
    restore: () => undo.splice(0).forEach((step) => step()),
  };
}

/** A convolution that leaves out the gradient of its input where none is needed; the layer's own computes it for the first too. */
function convolve(layer: LayerInternals, x: tf.Tensor, precision: Precision): tf.Tensor {
  const { kernel, bias, strides, padding, dilationRate: dilations, activation } = layer;
  const y = conv2dInTraining(
    x as tf.Tensor4D,
    kernel.read() as tf.Tensor4D,
    { strides, pad: padding, dilations },
    precision,
  );
  return activation.apply(bias ? tf.add(y, bias.read()) : y);
}

function pool({ poolSize, strides, padding }: LayerInternals, x: tf.Tensor): tf.Tensor {
  return maxPoolInTraining(x as tf.Tensor4D, { poolSize, strides, pad: padding });
}

function multiply(layer: LayerInternals, x: tf.Tensor): tf.Tensor {
  const { kernel, bias, activation } = layer;
  const weights = kernel.read() as tf.Tensor2D; // [features, units]
  const [features, units] = weights.shape;
  const rows = matMulInTraining(tf.reshape(x, [x.size / features, features]), weights);
  const y = tf.reshape(rows, [...x.shape.slice(0, -1), units]);
  return activation.apply(bias ? tf.add(y, bias.read()) : y);
}

function batchNorm(layer: Layer, x: tf.Tensor, part: PartOfBatch | undefined): tf.Tensor {
  const { gamma, beta, epsilon, momentum, movingMean, movingVariance } = internals(layer);
  const channels = x.shape.at(-1)!;
  const scale = gamma?.read() ?? tf.ones([channels]);
  const offset = beta?.read() ?? tf.zeros([channels]);
  const onStatistics = ({ mean, variance }: BatchStatistics) => {
    moveAverage(movingMean, mean, momentum);
    moveAverage(movingVariance, variance, momentum);
  };
  return batchNormInTraining(x, scale, offset, epsilon, onStatistics, part?.reduce);
}

function moveAverage(average: LayerInternals['movingMean'], value: tf.Tensor, momentum: number): void {
  average.write(tf.add(tf.mul(average.read(), momentum), tf.mul(value, 1 - momentum)));
}

/** Inverted dropout with a mask drawn on the host, image by image, so that every backend and every worker drops the same values. */
function dropout(x: tf.Tensor, layer: LayerInternals, key: readonly number[], first: number): tf.Tensor {
  const { rate } = layer;
  const shape = layer.getNoiseShape(x) ?? x.shape;
  const size = tf.util.sizeFromShape(shape);
  const isShared = shape[0] !== x.shape[0]; // one mask for all images
  const rows = isShared ? 1 : shape[0]!;
  const mask = new Float32Array(size);
  const kept = 1 / (1 - rate);
  const threshold = Math.round(rate * 65536);
  for (let row = 0; row < rows; row++) {
    const random = new Random(...key, isShared ? 0 : first + row);
    const end = ((row + 1) * size) / rows;
    for (let i = (row * size) / rows; i < end; i += 2) {
      const bits = random.uint32();
      if ((bits & 0xffff) >= threshold) mask[i] = kept;
      if (bits >>> 16 >= threshold && i + 1 < end) mask[i + 1] = kept;
    }
  }
  return tf.mul(x, tf.tensor(mask, shape));
}
