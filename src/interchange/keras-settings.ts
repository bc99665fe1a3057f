import { weightsError } from '../errors';
import { describe } from '../validate';
import {
  hasNoEffect,
  IN_TRAINING_ONLY,
  type Json,
  type LayerConfig,
  type Part,
  ruleOf,
  type Settings,
  type Shape,
} from './keras-layers';
import { partsOf } from './keras-parts';
import { valueFromKeras } from './keras-values';

const pairs = (text: string): Readonly<Record<string, string>> =>
  Object.fromEntries(text.split(' ').map((pair) => pair.split(':')));

/** Names of Keras 1 and of Keras 3, and what Keras 2 and tfjs call the same. */
const CLASSES = pairs('Convolution2D:Conv2D AtrousConvolution2D:Conv2D SeparableConvolution2D:SeparableConv2D');
const SETTINGS = pairs(
  'nb_filter:filters border_mode:padding subsample:strides atrous_rate:dilation_rate dim_ordering:data_format ' +
    'output_dim:units bias:use_bias W_regularizer:kernel_regularizer b_regularizer:bias_regularizer ' +
    'W_constraint:kernel_constraint b_constraint:bias_constraint p:rate sigma:stddev',
);
const MERGES = pairs('sum:Add mul:Multiply ave:Average max:Maximum concat:Concatenate');

/**
 * A layer in the terms of tfjs, which for some takes several layers.
 *
 * @param layer The layer in the terms of any version of Keras.
 * @param shape Shape of its (first) input in Keras.
 * @returns The same for tfjs, without initializers, in the order of their calls. The first has the name and the weights.
 * @throws {@link WeightsError} if tfjs has no layer that computes the same.
 */
export function layersFromKeras(layer: LayerConfig, major: number, shape: Shape): Part[] {
  return partsOf(inKeras2(layer), major, shape).map((part) => inTfjs(part, major));
}

function inTfjs(part: Part, major: number): Part {
  const rule = ruleOf(part.class_name);
  const { name, trainable = true } = part.config;
  const settings: Settings = { name: name!, trainable };
  for (const [key, value] of Object.entries(part.config)) {
    if (rule.settings.includes(key)) settings[key] = valueFromKeras(key, value, major);
    else if (!hasNoEffect(key, value, rule)) {
      throw weightsError('', 'settings with an equal in TensorFlow.js', `${key} = ${describe(value)}`);
    }
  }
  return { ...part, config: settings };
}

/** A layer with the names that Keras 2 has for classes and settings. */
function inKeras2({ class_name: given, config }: LayerConfig): LayerConfig {
  const settings: Settings = {};
  for (const [name, value] of Object.entries(config)) settings[SETTINGS[name] ?? name] = value;
  const { nb_row: rows, nb_col: columns, negative_slope: alpha, ...rest } = settings;
  if (rows !== undefined) return inKeras2({ class_name: given, config: { ...rest, kernel_size: [rows, columns!] } });
  if (given === 'Merge') return merge(settings);
  if (IN_TRAINING_ONLY.includes(given) || given === 'ActivityRegularization') {
    return { class_name: 'Activation', config: { name: settings['name']!, activation: 'linear' } };
  }
  if (given === 'SpatialDropout2D') {
    return { class_name: 'Dropout', config: { ...settings, noise_shape: [null, 1, 1, null] } }; // in the order that tfjs has
  }
  if (given === 'LeakyReLU' && alpha !== undefined) return { class_name: given, config: { ...rest, alpha } };
  return { class_name: CLASSES[given] ?? given, config: settings };
}

function merge({ mode, concat_axis: axis, name, trainable }: Settings): LayerConfig {
  const class_name = MERGES[String(mode)];
  if (class_name === undefined) {
    throw weightsError('', `a mode among ${Object.keys(MERGES).join(', ')}`, describe(mode));
  }
  const common: Settings = { name: name!, trainable: trainable ?? true };
  return { class_name, config: class_name === 'Concatenate' ? { ...common, axis: axis as Json } : common };
}
