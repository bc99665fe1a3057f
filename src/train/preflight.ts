import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { BackendError, inputError, within } from '../errors';
import { ensureBackend } from '../backend/backend';
import type { Pixels, Preprocessing } from '../image/preprocess';
import type { Precision } from '../kernels/conv2d';
import { hasNativeOperations, prepareKernels } from '../kernels/on-demand';
import { registerTrainingKernels } from '../kernels/register';
import { internals, isModel, type LayerInternals } from '../tfjs/layers';
import { freeTape } from '../tfjs/tape';
import { resolvePreprocessing } from '../models/facts';

type Layer = tfl.layers.Layer;

const CONVOLUTION = ['Conv2DBackpropFilter', 'Conv2DBackpropInput'];
const DEPTHWISE = ['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'];

/**
 * Waits for the backend and gives it the kernels of training.
 * @throws InputError if it does not have the precision. BackendError if there is none.
 */
export async function prepareBackend(precision: Precision): Promise<void> {
  await ensureBackend('train');
  if (precision === 'bfloat16' && !hasNativeOperations()) {
    const expected = "'float32' on every backend but @tensorflow/tfjs-node's";
    const remedy = 'Leave the option out, or import @tensorflow/tfjs-node.';
    throw inputError('train: precision', expected, `'bfloat16' on ${tf.getBackend()}`, remedy);
  }
  await prepareKernels();
  registerTrainingKernels();
}

/** The preprocessing of a run: the given one, else what the model knows, else FER2013's mean and standard deviation. */
export const preprocessingFor = (model: tfl.LayersModel, given: Preprocessing | Pixels | undefined): Preprocessing =>
  within('train', () => resolvePreprocessing(model, given)) ??
  within('train', () => resolvePreprocessing(model, 'fer2013'))!;

/** The gradient kernels of layers that are common in models of images, so that these need not be tried. */
const KERNELS_BY_LAYER: Readonly<Record<string, readonly string[]>> = {
  Conv2D: CONVOLUTION,
  DepthwiseConv2D: DEPTHWISE,
  SeparableConv2D: [...DEPTHWISE, ...CONVOLUTION],
  MaxPooling2D: ['MaxPoolGrad'],
  AveragePooling2D: ['AvgPoolGrad'],
};

/** Common layers whose gradients need no kernel that a backend may lack. */
const NEEDS_NONE =
  /^(InputLayer|Dense|BatchNormalization|Activation|ReLU|Dropout|Flatten|Reshape|Add|Concatenate|Multiply|Global(Average|Max)Pooling2D|ZeroPadding2D)$/;

/**
 * Throws if the active backend cannot train the model. Common layers are looked up; any other one is tried on an image of zeros.
 * Layers before the first trained one need no gradient and are skipped.
 *
 * @param model The model; borrowed, unchanged.
 * @throws InputError if no weight can be trained. BackendError that names the layer, the kernel and what to do.
 */
export function checkCanTrain(model: tfl.LayersModel): void {
  if (model.trainableWeights.length === 0) {
    throw inputError('train: model', 'weights that can be trained', 'none');
  }
  checkLayers(model.layers, false);
}

/** @param reached Whether the gradient reaches what comes before the first of these layers. */
function checkLayers(layers: readonly Layer[], reached: boolean): void {
  const onTheWay = new Set<Layer>(); // reached by the gradient; tfjs lists each layer after those that it depends on
  for (const layer of layers) {
    const kind = layer.getClassName();
    const before = layer.inboundNodes.flatMap((node) => node.inboundLayers as Layer[]);
    const goesOn = kind === 'InputLayer' ? reached : before.some((parent) => onTheWay.has(parent));
    if (!goesOn && layer.trainableWeights.length === 0) continue;
    onTheWay.add(layer);
    const kernels = knownKernels(layer);
    const missing = kernels?.find((kernel) => !tf.getKernel(kernel, tf.getBackend()));
    if (missing !== undefined) throw lacking(layer, missing);
    if (isModel(layer)) checkLayers(layer.layers, goesOn);
    else if (!kernels) tryLayer(layer, goesOn);
  }
}

/** Undefined for layers that have to be tried; also for dilated ones, for which tfjs has no gradient and this package only one. */
function knownKernels(layer: Layer): readonly string[] | undefined {
  const { dilationRate = 1, dataFormat } = internals(layer) as Partial<LayerInternals>;
  const kind = layer.getClassName();
  const ours = kind === 'Conv2D' && dataFormat === 'channelsLast';
  if (NEEDS_NONE.test(kind)) return [];
  return ours || [dilationRate].flat().every((rate) => rate === 1) ? KERNELS_BY_LAYER[kind] : undefined;
}

/** Computes the layer's gradients once, and puts back what a layer changes in training. */
function tryLayer(layer: Layer, byInputs: boolean): void {
  const shapes = layer.inboundNodes[0]!.inputShapes as tfl.Shape[];
  const inputs = tf.tidy(() => shapes.map((shape) => tf.variable(tf.zeros(shape.map((size) => size ?? 1)))));
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const state = layer.nonTrainableWeights.map((weight) => weight.read() as tf.Variable);
  const before = state.map((variable) => tf.clone(variable as tf.Tensor));
  const sum = () => {
    const outputs = [layer.call(inputs, { training: true })].flat();
    return tf.addN(outputs.map((output) => tf.sum(output))) as tf.Scalar;
  };
  try {
    tf.tidy(() => void tf.variableGrads(sum, [...(byInputs ? inputs : []), ...weights]));
  } catch (cause) {
    freeTape();
    throw lacking(layer, /^Kernel '(\w+)' not registered/.exec((cause as Error).message)?.[1], cause);
  } finally {
    state.forEach((variable, i) => variable.assign(before[i]!));
    tf.dispose([...inputs, ...before]);
  }
}

function lacking(layer: Layer, kernel: string | undefined, cause?: unknown): BackendError {
  const backend = tf.getBackend();
  const where = `train: layer '${layer.name}' (${layer.getClassName()}) on backend '${backend}'`;
  if (kernel === undefined) {
    const received = `an error from TensorFlow.js: ${(cause as Error).message}`;
    const remedy = 'Leave the layer out or replace it by one with a gradient; predictions are unaffected.';
    return new BackendError({ where, expected: 'a layer with a gradient', received, remedy, cause });
  }
  const able = tf
    .engine()
    .backendNames()
    .filter((name) => tf.getKernel(kernel, name));
  const remedy = able.length
    ? `Activate one that has it with tf.setBackend: '${able.join("' or '")}'.`
    : 'Import and activate one that has it, such as @tensorflow/tfjs-node or @tensorflow/tfjs-backend-cpu.';
  return new BackendError({
    where,
    expected: `the kernel ${kernel}`,
    received: 'a backend without it',
    remedy,
    cause,
  });
}
