import { weightsError } from '../errors';
import { describe } from '../validate';
import { hasNoEffect, IN_TRAINING_ONLY, type Json, LAYERS, type Settings } from './keras-layers';
import { type Part, partsOf } from './keras-parts';
import type { TensorShape } from './keras-shapes';
import { valueFromKeras } from './keras-values';

/** A layer by its class name and settings, in the terms of any version of Keras or of tfjs. */
export interface LayerConfig {
  class_name: string;
  config: Settings;
  /** The calls of a layer in a graph. */
  inbound_nodes?: Json;
}

/** Names of Keras 1 and of Keras 3 for what Keras 2 and tfjs call otherwise. */
const CLASSES: Readonly<Record<string, string>> = {
  Convolution2D: 'Conv2D',
  AtrousConvolution2D: 'Conv2D',
  SeparableConvolution2D: 'SeparableConv2D',
};
const SETTINGS: Readonly<Record<string, string>> = {
  nb_filter: 'filters',
  border_mode: 'padding',
  subsample: 'strides',
  atrous_rate: 'dilation_rate',
  dim_ordering: 'data_format',
  output_dim: 'units',
  bias: 'use_bias',
  W_regularizer: 'kernel_regularizer',
  b_regularizer: 'bias_regularizer',
  W_constraint: 'kernel_constraint',
  b_constraint: 'bias_constraint',
  p: 'rate',
  sigma: 'stddev',
  batch_shape: 'batch_input_shape',
};
const MERGES: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  ave: 'Average',
  max: 'Maximum',
  concat: 'Concatenate',
};

/**
 * A layer in the terms of tfjs, which for some takes several layers.
 *
 * @param where The layer, for messages.
 * @param layer The layer in the terms of any version of Keras.
 * @param major Major version of Keras.
 * @param input The shape of its (first) input, if it is known.
 * @returns The same for tfjs, without initialisers, in the order of their calls. The first has the name and the weights.
 * @throws {@link WeightsError} if tfjs has no layer that computes the same.
 */
export function layersFromKeras(where: string, layer: LayerConfig, major: number, input?: TensorShape): Part[] {
  return partsOf(where, inKeras2(where, layer), major, input).map((part) => inTfjs(where, part, major));
}

function inTfjs(where: string, { class_name, config, takes }: Part, major: number): Part {
  const rule = Object.hasOwn(LAYERS, class_name) ? LAYERS[class_name] : undefined;
  if (!rule) {
    const expected = `one of the layers ${Object.keys(LAYERS).join(', ')}`;
    throw weightsError(where, expected, class_name, 'Rebuild the model without this layer.');
  }
  const settings: Settings = {};
  for (const [name, value] of Object.entries(config)) {
    if (rule.settings.includes(name)) settings[name] = valueFromKeras(where, name, value, major);
    else if (!hasNoEffect(name, value, rule)) {
      const expected = `settings with an equal in TensorFlow.js`;
      throw weightsError(where, expected, `${name} = ${describe(value)}`);
    }
  }
  const { name, trainable = true } = config;
  if (class_name !== 'InputLayer') settings['trainable'] = trainable;
  return { class_name, config: { ...settings, name: name! }, ...(takes ? { takes } : {}) };
}

/** A layer with the names that Keras 2 has for classes and settings. */
function inKeras2(where: string, { class_name: given, config }: LayerConfig): LayerConfig {
  const settings: Settings = {};
  for (const [name, value] of Object.entries(config)) settings[SETTINGS[name] ?? name] = value;
  if ('nb_row' in settings) {
    const { nb_row, nb_col, ...rest } = settings;
    return inKeras2(where, { class_name: given, config: { ...rest, kernel_size: [nb_row!, nb_col!] } });
  }
  if (given === 'Merge') return merge(where, settings);
  if (IN_TRAINING_ONLY.includes(given) || given === 'ActivityRegularization') {
    return { class_name: 'Activation', config: { name: settings['name']!, activation: 'linear' } };
  }
  if (given === 'SpatialDropout2D') {
    const { data_format: format, ...rest } = settings;
    const noise_shape = format === 'channels_first' || format === 'th' ? [null, null, 1, 1] : [null, 1, 1, null];
    return { class_name: 'Dropout', config: { ...rest, noise_shape } };
  }
  if (given === 'LeakyReLU' && 'negative_slope' in settings) {
    const { negative_slope: alpha, ...rest } = settings;
    return { class_name: given, config: { ...rest, alpha: alpha! } };
  }
  return { class_name: CLASSES[given] ?? given, config: settings };
}

function merge(where: string, { mode, concat_axis: axis, name, trainable }: Settings): LayerConfig {
  const class_name = MERGES[String(mode)];
  if (class_name === undefined) {
    const expected = `a mode among ${Object.keys(MERGES).join(', ')}`;
    throw weightsError(where, expected, describe(mode));
  }
  const common: Settings = { name: name!, trainable: trainable ?? true };
  return { class_name, config: class_name === 'Concatenate' ? { ...common, axis: axis as Json } : common };
}
