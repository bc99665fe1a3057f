import { weightsError } from '../errors';
import { describe } from '../validate';
import { hasNoEffect, IN_TRAINING_ONLY, type Json, LAYERS, type Settings } from './keras-layers';
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
/** Layers without weights that Keras takes as the activation of others. */
const ACTIVATION_LAYERS = ['LeakyReLU', 'ReLU', 'ELU', 'Softmax'];
/** What the name `leaky_relu` means in Keras 3. */
const LEAKY: LayerConfig = { class_name: 'LeakyReLU', config: { alpha: 0.2 } };
const MERGES: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  ave: 'Average',
  max: 'Maximum',
  concat: 'Concatenate',
};

/**
 * A layer in the terms of tfjs, which for some takes two layers, one after the other.
 *
 * @param where The layer, for messages.
 * @param layer The layer in the terms of any version of Keras.
 * @param major Major version of Keras.
 * @returns The same for tfjs, without initialisers. The first one has the name and the weights.
 * @throws {@link WeightsError} if tfjs has no layer that computes the same.
 */
export function layersFromKeras(where: string, layer: LayerConfig, major: number): LayerConfig[] {
  return inParts(inKeras2(where, layer), channelsOf(layer)).map((part) => inTfjs(where, part, major));
}

function inTfjs(where: string, { class_name, config }: LayerConfig, major: number): LayerConfig {
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
  const { name, trainable = true, batch_input_shape: shape } = config;
  if (shape) settings['batch_input_shape'] = shape;
  if (class_name !== 'InputLayer') settings['trainable'] = trainable;
  return { class_name, config: { ...settings, name: name! } };
}

/** Pooling that keeps axes of length 1, and activations that tfjs has as layers only: a layer for each step. */
function inParts({ class_name, config }: LayerConfig, channels: Json | undefined): LayerConfig[] {
  const { name, keepdims, activation, ...rest } = config;
  const after = (kind: string, settings: Settings): LayerConfig => ({
    class_name: kind,
    config: { ...settings, name: `${String(name)}_${kind.toLowerCase()}` },
  });
  if (keepdims === true && channels && config['data_format'] !== 'channels_first') {
    return [{ class_name, config: { ...rest, name: name! } }, after('Reshape', { target_shape: [1, 1, channels] })];
  }
  const given = activation === 'leaky_relu' ? LEAKY : (activation as LayerConfig | string | null | undefined);
  if (typeof given !== 'object' || !ACTIVATION_LAYERS.includes(given?.class_name ?? ''))
    return [{ class_name, config }];
  const { class_name: kind, config: settings } = inKeras2('', given!);
  if (class_name === 'Activation') return [{ class_name: kind, config: { ...rest, ...settings, name: name! } }];
  return [{ class_name, config: { ...config, activation: 'linear' } }, after(kind, settings)];
}

/** The last axis of what a layer is called with, which Keras 3 writes into graphs; tfjs does not find it out by itself when it reshapes. */
function channelsOf({ inbound_nodes: nodes }: LayerConfig): Json | undefined {
  type Call = { args?: { config?: { shape?: Json[] } }[] } | undefined;
  return ((nodes as Json[] | undefined)?.[0] as Call)?.args?.[0]?.config?.shape?.at(-1);
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
  if (IN_TRAINING_ONLY.includes(given)) {
    const { name, batch_input_shape } = settings;
    const shape: Settings = batch_input_shape ? { batch_input_shape } : {};
    return { class_name: 'Activation', config: { ...shape, name: name!, activation: 'linear' } };
  }
  if (given === 'SpatialDropout2D') {
    const { data_format: _, ...rest } = settings;
    return { class_name: 'Dropout', config: { ...rest, noise_shape: [null, 1, 1, null] } };
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
