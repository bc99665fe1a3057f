import { weightsError } from '../errors';

/** A value of parsed JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The settings of a layer, by Keras's names. */
export type Settings = Record<string, Json>;

/** A layer by its class name and settings, in the terms of any version of Keras or of tfjs. */
export type LayerConfig = {
  class_name: string;
  config: Settings;
  /** The calls of a layer in a graph. */
  inbound_nodes?: Json;
};

/** A layer of tfjs that computes all or some of what a layer of Keras does. */
export interface Part extends LayerConfig {
  /** Whether it is called with the output of the first part besides that of the part before it. */
  withFirst?: true;
}

/** Length of each axis of a tensor, null where it is not known. */
export type Shape = readonly (number | null)[];

/** What a layer has in common in Keras and in tfjs. */
export interface LayerRule {
  /** Settings that both know and understand alike. */
  settings: readonly string[];
  /** Settings of Keras that tfjs lacks, with the values that leave them without effect; null always does. */
  neutral: Readonly<Record<string, readonly Json[]>>;
  /** Settings that the layer inherits in Keras and does not use. */
  ignored: readonly string[];
}

const words = (text: string) => text.split(' ').filter(Boolean);
const rule = (settings: string, neutral: LayerRule['neutral'] = {}, ignored = ''): LayerRule => ({
  settings: words(settings),
  neutral,
  ignored: words(ignored),
});

const BIAS = 'activation use_bias bias_regularizer bias_constraint';
const WINDOW = 'kernel_size strides padding data_format';
const POOL = 'pool_size strides padding data_format';
const KERNEL = 'kernel_regularizer kernel_constraint';
const DEPTHWISE = 'depth_multiplier depthwise_regularizer depthwise_constraint';
const POINTWISE = 'pointwise_regularizer pointwise_constraint';
const GLOBAL_POOL = rule('data_format', { keepdims: [false] });
const NO_SPACING = { dilation_rate: [1, [1, 1]] };
/** Harmless: how, not what, is computed, or used only if another setting is. */
const ANY_NORM = { renorm: [false], mode: [0], virtual_batch_size: [] };

/** The layers that can be exchanged with Keras, by the class name that Keras 2, Keras 3 and tfjs share. */
export const LAYERS: Readonly<Record<string, LayerRule>> = {
  Conv2D: rule(`filters ${WINDOW} dilation_rate ${BIAS} ${KERNEL}`, { groups: [1] }),
  SeparableConv2D: rule(`filters ${WINDOW} dilation_rate ${BIAS} ${DEPTHWISE} ${POINTWISE}`, { groups: [1] }, KERNEL),
  DepthwiseConv2D: rule(`${WINDOW} ${BIAS} ${DEPTHWISE}`, { ...NO_SPACING, groups: [1] }, KERNEL),
  Dense: rule(`units ${BIAS} ${KERNEL}`),
  BatchNormalization: rule(
    'axis momentum epsilon center scale beta_regularizer gamma_regularizer beta_constraint gamma_constraint',
    ANY_NORM,
  ),
  Activation: rule('activation'),
  ReLU: rule('max_value', { negative_slope: [0], threshold: [0] }),
  LeakyReLU: rule('alpha', { threshold: [0] }),
  ELU: rule('', { alpha: [1] }),
  PReLU: rule('shared_axes alpha_regularizer alpha_constraint'),
  Softmax: rule('axis'),
  MaxPooling2D: rule(POOL),
  AveragePooling2D: rule(POOL),
  GlobalAveragePooling2D: GLOBAL_POOL,
  GlobalMaxPooling2D: GLOBAL_POOL,
  Flatten: rule('data_format'),
  Dropout: rule('rate noise_shape data_format'),
  AlphaDropout: rule('rate noise_shape'),
  GaussianNoise: rule('stddev'),
  GaussianDropout: rule('rate'),
  ZeroPadding2D: rule('padding data_format'),
  Cropping2D: rule('cropping data_format'),
  Rescaling: rule('scale offset'),
  Add: rule(''),
  Multiply: rule(''),
  Average: rule(''),
  Maximum: rule(''),
  Minimum: rule(''),
  Concatenate: rule('axis'),
  Reshape: rule('target_shape'),
  Permute: rule('dims'),
};

/** The rule for a class of layers. */
export function ruleOf(kind: string): LayerRule {
  if (Object.hasOwn(LAYERS, kind)) return LAYERS[kind]!;
  const expected = `one of the layers ${Object.keys(LAYERS).join(', ')}`;
  throw weightsError('', expected, kind, 'Rebuild the model without this layer.');
}

/** Layers of Keras that change images in training and pass them on otherwise. */
export const IN_TRAINING_ONLY: readonly string[] =
  'Flip Rotation Zoom Translation Shear Perspective Contrast Brightness Erasing GaussianBlur Sharpness'
    .split(' ')
    .map((change) => `Random${change}`);

/** Settings of any layer that do not change what it computes from its weights, which never come from an initializer. */
const WITHOUT_EFFECT =
  /^(name|trainable|activity_regularizer|dtype|seed|sparse|ragged|optional|autocast|fused|synchronized|implementation|input_dim|input_shape|batch_shape|batch_input_shape|build_input_shape|renorm_clipping|renorm_momentum|input_dtype|(\w+_)?init(ializer)?)$/;

/** Whether a setting that the rule does not name may be passed over. */
export function hasNoEffect(name: string, value: Json, { neutral, ignored }: LayerRule): boolean {
  if (value === null || WITHOUT_EFFECT.test(name) || ignored.includes(name)) return true;
  return (neutral[name] ?? []).some((allowed) => JSON.stringify(allowed) === JSON.stringify(value));
}
