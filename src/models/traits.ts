import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';
import { isModel } from '../tfjs/layers';
import { describe } from '../validate';

/** The inputs and outputs of a model, as its layers define them. */
export interface ModelTraits {
  /** The shape of the (first) input without the batch: `[height, width, channels]` for images; null for any size. */
  inputShape: readonly (number | null)[];
  /** The channels of its images, usually 1 (gray) or 3 (RGB); undefined if its input is not an image. */
  channels: number | undefined;
  /** Whether it scales pixels itself, and so takes raw pixels in 0..255. */
  rescales: boolean;
  /**
   * The type of the outputs: `'probabilities'` after a softmax or sigmoid, `'logits'` from a layer without activation, `'unknown'`
   * otherwise.
   */
  outputs: 'probabilities' | 'logits' | 'unknown';
  /** The number of classes: the size of the (first) output's last axis; undefined if it is unknown. */
  classes: number | undefined;
}

/**
 * Reads the traits of a model from its layers: its input, whether it scales pixels, and whether its outputs are probabilities. Layers do
 * not contain class names and other preprocessing; see `suggestCard`.
 *
 * @param model A built model; borrowed.
 * @throws InputError if it is not a model.
 */
export function traitsOf(model: tfl.LayersModel): ModelTraits {
  const [input, output] = [model?.inputs?.[0], model?.outputs?.[0]];
  if (!input || !output) throw inputError('traitsOf: model', 'a built tf.LayersModel', describe(model));
  const inputShape = input.shape.slice(1);
  return {
    inputShape,
    channels: inputShape.length === 3 ? (inputShape[2] ?? undefined) : undefined,
    rescales: 255 * scaleOf(model) < RAW,
    outputs: outputsOf(output),
    classes: output.shape.at(-1) ?? undefined,
  };
}

/** The maximum of a scaled pixel of 255 in a model that takes raw pixels. Models for 0..1 scale it to hundreds or more. */
const RAW = 64;

/** Layers that change neither the range of pixels nor, at the end, the type of the outputs. */
const NEUTRAL = /^(InputLayer|Permute|Reshape|Flatten|\w*Dropout|GaussianNoise|ZeroPadding2D|Cropping2D)$/;

/** The factor by which a model scales its input before the first layer with weights. */
function scaleOf(model: tfl.LayersModel): number {
  let scale = 1;
  for (const layer of model.layers) {
    const kind = layer.getClassName();
    if (isModel(layer)) return scale * scaleOf(layer);
    if (kind === 'Rescaling') scale *= largest(layer.getConfig()['scale']);
    else if (!NEUTRAL.test(kind) && !(kind === 'Activation' && activationOf(layer) === 'linear')) return scale;
  }
  return scale;
}

/** The maximum absolute value in a number or an array of numbers. */
function largest(value: unknown): number {
  return Array.isArray(value) ? Math.max(...value.map(largest)) : Math.abs(Number(value));
}

/** The tfjs name of a layer's activation; undefined if it has none. */
function activationOf(layer: tfl.layers.Layer): string | undefined {
  const { activation } = layer.getConfig();
  return typeof activation === 'string' ? activation : undefined;
}

const PROBABILITIES = ['softmax', 'sigmoid', 'hardSigmoid', 'hard_sigmoid'];

function outputsOf({ sourceLayer: layer, nodeIndex, tensorIndex }: tfl.SymbolicTensor): ModelTraits['outputs'] {
  const kind = layer.getClassName();
  if (isModel(layer)) return outputsOf(layer.outputs[tensorIndex ?? 0]!);
  if (kind === 'Softmax') return 'probabilities';
  const { inputTensors } = layer.inboundNodes[nodeIndex]!;
  const before = () => inputTensors.map(outputsOf);
  if (kind === 'Average') return agreed(before());
  const activation = activationOf(layer);
  if (activation !== undefined && PROBABILITIES.includes(activation)) return 'probabilities';
  if (activation === 'linear') return kind === 'Activation' ? agreed(before()) : 'logits';
  if (NEUTRAL.test(kind) || kind === 'GlobalAveragePooling2D' || kind === 'AveragePooling2D') return agreed(before());
  return ['BatchNormalization', 'Add', 'Rescaling'].includes(kind) ? 'logits' : 'unknown';
}

const agreed = (all: readonly ModelTraits['outputs'][]) => (new Set(all).size === 1 ? all[0]! : 'unknown');
