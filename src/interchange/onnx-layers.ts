import * as tf from '@tensorflow/tfjs-core';
import { withActivation } from './onnx-activations';
import { type Attributes, type Converter, type LayerUse, type OnnxGraph, unsupported, type Value } from './onnx-graph';
import { convolution, cropping, globalPooling, pooling, zeroPadding } from './onnx-windows';

/** The axis of a layer, counted from the first. */
const axisOf = ({ config }: LayerUse, { shape }: Value) =>
  (((config['axis'] as number | null) ?? -1) + shape.length) % shape.length;

/** A layer that needs its input as tfjs has it, as one node. */
const ofLast =
  (convert: (graph: OnnxGraph, x: Value, layer: LayerUse) => string): Converter =>
  (graph, [input], layer) => {
    const x = graph.to('channelsLast', input!);
    return { ...x, name: convert(graph, x, layer) };
  };

/** An operator that treats all axes alike, with attributes of the layer. */
const alike =
  (operator: string, attributes: (layer: LayerUse) => Attributes): Converter =>
  (graph, [x], layer) => ({ ...x!, name: graph.node(operator, [x!.name], attributes(layer)) });

const dense: Converter = (graph, [input], layer) => {
  const x = graph.to('channelsLast', input!);
  const [kernel, bias] = layer.weights;
  const names = [x.name, ...graph.weight('kernel', kernel)];
  const offset = graph.weight('bias', bias);
  const isGemm = bias && x.shape.length === 2;
  let name = graph.node(isGemm ? 'Gemm' : 'MatMul', isGemm ? [...names, ...offset] : names);
  if (bias && !isGemm) name = graph.node('Add', [name, ...offset]);
  return withActivation(graph, { ...x, name }, layer);
};

/** ONNX Runtime folds it into the convolution before it when it loads the graph, so that this need not be done here. */
const batchNorm: Converter = (graph, [input], layer) => {
  const rank = input!.shape.length;
  const axis = axisOf(layer, input!);
  if ((rank !== 2 && rank !== 4) || axis !== rank - 1) {
    unsupported(layer, 'an input of rank 2 or 4, normalized along its last axis', `rank ${rank} and axis ${axis}`);
  }
  const x = graph.to('channelsFirst', input!);
  const { scale, center, epsilon } = layer.config;
  const weights = [...layer.weights];
  const gamma = scale === false ? undefined : weights.shift();
  const beta = center === false ? undefined : weights.shift();
  const [mean, variance] = weights;
  const inputs = [
    gamma ? graph.weight('gamma', gamma) : graph.tensor('gamma', () => tf.onesLike(mean!)),
    beta ? graph.weight('beta', beta) : graph.tensor('beta', () => tf.zerosLike(mean!)),
    graph.weight('moving_mean', mean),
    graph.weight('moving_variance', variance),
  ].flat();
  const attributes = { epsilon: { float: epsilon as number } };
  return { ...x, name: graph.node('BatchNormalization', [x.name, ...inputs], attributes) };
};

/** tfjs flattens with the channels last. */
const flatten = ofLast((graph, x, layer) => {
  if (layer.config['dataFormat'] === 'channelsFirst') unsupported(layer, 'no dataFormat', '"channelsFirst"');
  return graph.node('Flatten', [x.name], { axis: 1 });
});

const reshape = ofLast((graph, x, layer) => {
  const sizes = layer.outputShape.slice(1);
  if (sizes.includes(null)) unsupported(layer, 'a shape whose sizes are known', `[${sizes.join(', ')}]`);
  return graph.node('Reshape', [x.name, graph.integers('shape', [0, ...(sizes as number[])])]); // 0: the batch stays
});

/** Combines values of one rank with their axes in one order. */
const merge =
  (combine: (graph: OnnxGraph, names: string[], layer: LayerUse, first: Value) => string): Converter =>
  (graph, inputs, layer) => {
    const ranks = new Set(inputs.map(({ shape }) => shape.length));
    if (ranks.size > 1) unsupported(layer, 'inputs of one rank', `the ranks ${[...ranks].join(' and ')}`);
    const layout = inputs.some((value) => value.layout === 'channelsFirst') ? 'channelsFirst' : 'channelsLast';
    const values = inputs.map((value) => graph.to(layout, value));
    const names = values.map(({ name }) => name);
    return { ...values[0]!, name: combine(graph, names, layer, values[0]!) };
  };

/** An element-wise operator of two inputs, applied from left to right. */
const folded = (operator: string) => (graph: OnnxGraph, names: readonly string[]) =>
  names.reduce((sum, other) => graph.node(operator, [sum, other]));

const average = merge((graph, names) =>
  graph.node('Div', [folded('Add')(graph, names), graph.numbers('count', names.length)]),
);

const concatenate = merge((graph, names, layer, first) => {
  const axis = axisOf(layer, first);
  return graph.node('Concat', names, { axis: first.layout === 'channelsFirst' ? [0, 2, 3, 1][axis]! : axis });
});

const alpha = ({ config }: LayerUse): Attributes => ({ alpha: { float: config['alpha'] as number } });

const relu: Converter = (graph, [x], layer) => {
  const limit = layer.config['maxValue'] as number | null | undefined;
  const name = graph.node('Relu', [x!.name]);
  return { ...x!, name: limit == null ? name : graph.node('Min', [name, graph.numbers('max_value', limit)]) };
};

const rescaling: Converter = (graph, [input], { config }) => {
  const keys = ['scale', 'offset'] as const;
  const [scale, offset] = keys.map((key) => graph.numbers(key, config[key] as tf.TensorLike));
  const x = keys.every((key) => typeof config[key] === 'number') ? input! : graph.to('channelsLast', input!);
  return { ...x, name: graph.node('Add', [graph.node('Mul', [x.name, scale!]), offset!]) };
};

/** What does nothing outside of training. */
const identity: Converter = (_graph, [x]) => x!;

/** Every class of layers that can be exported. */
export const CONVERTERS: Readonly<Record<string, Converter>> = {
  Activation: (graph, [x], layer) => withActivation(graph, x!, layer),
  Add: merge(folded('Add')),
  AlphaDropout: identity,
  Average: average,
  AveragePooling2D: pooling('AveragePool'),
  BatchNormalization: batchNorm,
  Concatenate: concatenate,
  Conv2D: convolution(false),
  Cropping2D: cropping,
  Dense: dense,
  DepthwiseConv2D: convolution(true),
  Dropout: identity,
  ELU: alike('Elu', alpha),
  Flatten: flatten,
  GaussianDropout: identity,
  GaussianNoise: identity,
  GlobalAveragePooling2D: globalPooling('GlobalAveragePool'),
  GlobalMaxPooling2D: globalPooling('GlobalMaxPool'),
  LeakyReLU: alike('LeakyRelu', alpha),
  Maximum: merge(folded('Max')),
  MaxPooling2D: pooling('MaxPool'),
  Minimum: merge(folded('Min')),
  Multiply: merge(folded('Mul')),
  PReLU: ofLast((graph, x, { weights }) => graph.node('PRelu', [x.name, ...graph.weight('alpha', weights[0])])),
  Permute: ofLast((graph, x, { config }) =>
    graph.node('Transpose', [x.name], { perm: [0, ...(config['dims'] as number[])] }),
  ),
  ReLU: relu,
  Rescaling: rescaling,
  Reshape: reshape,
  SeparableConv2D: convolution(true, true),
  Softmax: ofLast((graph, x, layer) => graph.node('Softmax', [x.name], { axis: axisOf(layer, x) })),
  ZeroPadding2D: zeroPadding,
};
