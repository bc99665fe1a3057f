import * as tf from '@tensorflow/tfjs-core';
import { withActivation } from './onnx-activations';
import type { OnnxGraph, Value } from './onnx-graph';
import { type Converter, type LayerUse, unsupported } from './onnx-layer';
import { conv, cropping, depthwiseConv, globalPooling, pooling, separableConv, zeroPadding } from './onnx-windows';

function configOf<T>(layer: LayerUse, key: string): T {
  return layer.config[key] as T;
}

const dense: Converter = (graph, [input], layer) => {
  const x = graph.to('channelsLast', input!);
  const [kernel, bias] = layer.weights;
  const names = [x.name, graph.tensor('kernel', () => kernel!, kernel)];
  const offset = bias && graph.tensor('bias', () => bias, bias);
  const isMatrix = x.shape.length === 2;
  let name = graph.node(isMatrix && offset ? 'Gemm' : 'MatMul', isMatrix && offset ? [...names, offset] : names);
  if (!isMatrix && offset) name = graph.node('Add', [name, offset]);
  return withActivation(graph, { ...x, name, shape: layer.outputShape }, layer);
};

/** ONNX Runtime folds it into the convolution before it when it loads the graph, so that this need not be done here. */
const batchNorm: Converter = (graph, [input], layer) => {
  const rank = input!.shape.length;
  const axis = (configOf<number>(layer, 'axis') + rank) % rank;
  if ((rank !== 2 && rank !== 4) || axis !== rank - 1) {
    unsupported(layer, 'an input of rank 2 or 4, normalised along its last axis', `rank ${rank} and axis ${axis}`);
  }
  const x = graph.to('channelsFirst', input!);
  const weights = [...layer.weights];
  const [gamma, beta] = (['scale', 'center'] as const).map((key) =>
    layer.config[key] === false ? undefined : weights.shift(),
  );
  const [mean, variance] = weights;
  const inputs = [
    graph.tensor('gamma', () => gamma ?? tf.onesLike(mean!), gamma),
    graph.tensor('beta', () => beta ?? tf.zerosLike(mean!), beta),
    graph.tensor('moving_mean', () => mean!, mean),
    graph.tensor('moving_variance', () => variance!, variance),
  ];
  const epsilon = { float: configOf<number>(layer, 'epsilon') };
  return { ...x, name: graph.node('BatchNormalization', [x.name, ...inputs], { epsilon }) };
};

/** tfjs flattens with the channels last. */
const flatten: Converter = (graph, [input], layer) => {
  if (layer.config['dataFormat'] === 'channelsFirst') unsupported(layer, 'no dataFormat', '"channelsFirst"');
  const x = graph.to('channelsLast', input!);
  return { ...x, name: graph.node('Flatten', [x.name], { axis: 1 }) };
};

const reshape: Converter = (graph, [input], layer) => {
  const x = graph.to('channelsLast', input!);
  const sizes = layer.outputShape.slice(1);
  if (sizes.includes(null)) unsupported(layer, 'a shape whose sizes are known', `[${sizes.join(', ')}]`);
  const shape = graph.integers('shape', [0, ...(sizes as number[])]); // 0: the batch stays
  return { ...x, name: graph.node('Reshape', [x.name, shape]) };
};

/** Values of one rank with their axes in one order. */
function aligned(graph: OnnxGraph, inputs: readonly Value[], layer: LayerUse): [Value, ...Value[]] {
  const ranks = new Set(inputs.map(({ shape }) => shape.length));
  if (ranks.size > 1) unsupported(layer, 'inputs of one rank', `the ranks ${[...ranks].join(' and ')}`);
  const layout = inputs.some((value) => value.layout === 'channelsFirst') ? 'channelsFirst' : 'channelsLast';
  return inputs.map((value) => graph.to(layout, value)) as [Value, ...Value[]];
}

/** An element-wise operator of two inputs, applied from left to right. */
const merge =
  (operator: string): Converter =>
  (graph, inputs, layer) => {
    const [first, ...others] = aligned(graph, inputs, layer);
    const name = others.reduce((sum, other) => graph.node(operator, [sum, other.name]), first.name);
    return { ...first, name };
  };

const average: Converter = (graph, inputs, layer) => {
  const sum = merge('Add')(graph, inputs, layer);
  const count = graph.tensor('count', () => tf.scalar(inputs.length));
  return { ...sum, name: graph.node('Div', [sum.name, count]) };
};

const concatenate: Converter = (graph, inputs, layer) => {
  const values = aligned(graph, inputs, layer);
  const rank = values[0].shape.length;
  const axis = (configOf<number>(layer, 'axis') + rank) % rank;
  const place = values[0].layout === 'channelsFirst' ? [0, 2, 3, 1][axis]! : axis;
  return {
    ...values[0],
    name: graph.node(
      'Concat',
      values.map(({ name }) => name),
      { axis: place },
    ),
  };
};

const leakyRelu: Converter = (graph, [x], layer) => {
  const alpha = { float: configOf<number>(layer, 'alpha') };
  return { ...x!, name: graph.node('LeakyRelu', [x!.name], { alpha }) };
};

const elu: Converter = (graph, [x], layer) => {
  const alpha = { float: configOf<number>(layer, 'alpha') };
  return { ...x!, name: graph.node('Elu', [x!.name], { alpha }) };
};

const prelu: Converter = (graph, [input], layer) => {
  const x = graph.to('channelsLast', input!);
  const [alpha] = layer.weights;
  return { ...x, name: graph.node('PRelu', [x.name, graph.tensor('alpha', () => alpha!, alpha)]) };
};

const relu: Converter = (graph, [x], layer) => {
  const limit = layer.config['maxValue'] as number | null | undefined;
  const name = graph.node('Relu', [x!.name]);
  if (limit === null || limit === undefined) return { ...x!, name };
  return { ...x!, name: graph.node('Min', [name, graph.tensor('max_value', () => tf.scalar(limit))]) };
};

const softmax: Converter = (graph, [input], layer) => {
  const rank = input!.shape.length;
  const axis = ((configOf<number | null>(layer, 'axis') ?? -1) + rank) % rank;
  const x = graph.to('channelsLast', input!);
  return { ...x, name: graph.node('Softmax', [x.name], { axis }) };
};

const rescaling: Converter = (graph, [input], layer) => {
  const [scale, offset] = (['scale', 'offset'] as const).map((key) =>
    graph.tensor(key, () => tf.tensor(configOf<tf.TensorLike>(layer, key))),
  );
  const ofAll = (['scale', 'offset'] as const).every((key) => typeof layer.config[key] === 'number');
  const x = ofAll ? input! : graph.to('channelsLast', input!);
  return { ...x, name: graph.node('Add', [graph.node('Mul', [x.name, scale!]), offset!]) };
};

const permute: Converter = (graph, [input], layer) => {
  const x = graph.to('channelsLast', input!);
  const perm = [0, ...configOf<number[]>(layer, 'dims')];
  return { ...x, name: graph.node('Transpose', [x.name], { perm }) };
};

/** What does nothing outside of training. */
const identity: Converter = (_graph, [x]) => x!;

/** Every class of layers that can be exported. */
export const CONVERTERS: Readonly<Record<string, Converter>> = {
  Activation: (graph, [x], layer) => withActivation(graph, x!, layer),
  Add: merge('Add'),
  AlphaDropout: identity,
  Average: average,
  AveragePooling2D: pooling('AveragePool'),
  BatchNormalization: batchNorm,
  Concatenate: concatenate,
  Conv2D: conv,
  Cropping2D: cropping,
  Dense: dense,
  DepthwiseConv2D: depthwiseConv,
  Dropout: identity,
  ELU: elu,
  Flatten: flatten,
  GaussianDropout: identity,
  GaussianNoise: identity,
  GlobalAveragePooling2D: globalPooling('GlobalAveragePool'),
  GlobalMaxPooling2D: globalPooling('GlobalMaxPool'),
  LeakyReLU: leakyRelu,
  Maximum: merge('Max'),
  MaxPooling2D: pooling('MaxPool'),
  Minimum: merge('Min'),
  Multiply: merge('Mul'),
  PReLU: prelu,
  Permute: permute,
  ReLU: relu,
  Rescaling: rescaling,
  Reshape: reshape,
  SeparableConv2D: separableConv,
  Softmax: softmax,
  ZeroPadding2D: zeroPadding,
};
