import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';
import { describe } from '../validate';

/** What the layers of a model say about what it takes and gives. */
export interface ModelTraits {
  /** Shape of the (first) input, without the batch: `[height, width, channels]` for images; null where any size is taken. */
  inputShape: readonly (number | null)[];
  /** Channels of the images that it takes, usually 1 (gray) or 3 (RGB); undefined if its input is not an image. */
  channels: number | undefined;
  /** Whether it begins by scaling pixels itself, so that it takes them raw, as 0..255. */
  rescales: boolean;
  /**
   * What its last layer gives: `'probabilities'` after a softmax or sigmoid, `'logits'` from a layer without activation, which a softmax turns into
   * probabilities, `'unknown'` after anything else.
   */
  outputs: 'probabilities' | 'logits' | 'unknown';
  /** Number of classes: length of the (first) output's last axis; undefined if it is not known. */
  classes: number | undefined;
}

/**
 * Tells what a model says about itself: the images that it takes, whether it scales their pixels, and whether its outputs are probabilities. Class names and
 * other preprocessing are not in a model; see `suggestCard`.
 *
 * @param model A built model; borrowed.
 * @returns The facts. Nothing is computed.
 * @throws `InputError` if it is not a model.
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

/** The greatest value that a pixel of 255 becomes in a model which is meant to take raw pixels. Those for 0..1 make at least hundreds of it. */
const RAW = 64;

/** Layers that change neither the range of pixels nor, at the end, what the outputs are. */
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

/** The greatest amount in a number or an array of numbers. */
function largest(value: unknown): number {
  return Array.isArray(value) ? Math.max(...value.map(largest)) : Math.abs(Number(value));
}

/** The activation that a layer has, by tfjs's name; undefined if it has none. */
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

/** Whether a layer is a model within the model. */
const isModel = (layer: tfl.layers.Layer): layer is tfl.LayersModel =>
  Array.isArray((layer as Partial<tfl.LayersModel>).layers);
