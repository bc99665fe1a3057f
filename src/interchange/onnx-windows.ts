import * as tf from '@tensorflow/tfjs-core';
import { withActivation } from './onnx-activations';
import type { Attributes, OnnxGraph, Value } from './onnx-graph';
import { type Converter, type LayerUse, unsupported } from './onnx-layer';

const pair = (value: unknown) => (Array.isArray(value) ? value : [value, value]) as [number, number];

/** The input with channels first, for layers that look at neighbours. */
function picture(graph: OnnxGraph, x: Value, layer: LayerUse): Value {
  const format = layer.config['dataFormat'] ?? 'channelsLast';
  if (format !== 'channelsLast') unsupported(layer, 'dataFormat "channelsLast"', JSON.stringify(format));
  return graph.to('channelsFirst', x);
}

/** Attributes of a window that moves over a picture. "same" is written out as numbers where the size is known. */
function sliding(x: Value, kernel: readonly number[], { config }: LayerUse): Attributes {
  const strides = pair(config['strides'] ?? 1);
  const dilations = pair(config['dilationRate'] ?? 1);
  const attributes = {
    kernel_shape: kernel,
    strides,
    dilations: dilations.some((rate) => rate > 1) ? dilations : undefined,
  };
  if (config['padding'] !== 'same') return attributes;
  const sizes = x.shape.slice(1, 3);
  if (sizes.includes(null)) return { ...attributes, auto_pad: 'SAME_UPPER' };
  const sums = sizes.map((size, i) => {
    const span = (kernel[i]! - 1) * dilations[i]! + 1;
    return Math.max(0, (Math.ceil(size! / strides[i]!) - 1) * strides[i]! + span - size!);
  });
  const begin = sums.map((sum) => Math.floor(sum / 2));
  return { ...attributes, pads: [...begin, ...sums.map((sum, i) => sum - begin[i]!)] };
}

/** A convolution by a kernel [h, w, in, out]. */
export const conv: Converter = (graph, [input], layer) => {
  const x = picture(graph, input!, layer);
  const [kernel, bias] = layer.weights;
  const inputs = [x.name, graph.tensor('kernel', () => tf.transpose(kernel!, [3, 2, 0, 1]), kernel)];
  if (bias) inputs.push(graph.tensor('bias', () => bias, bias));
  const name = graph.node('Conv', inputs, sliding(x, kernel!.shape.slice(0, 2), layer));
  return withActivation(graph, { ...x, name, shape: layer.outputShape }, layer);
};

/** A depthwise convolution by a kernel [h, w, in, multiplier]; each channel is a group of its own. */
function depthwise(graph: OnnxGraph, x: Value, layer: LayerUse, kernel: tf.Tensor, bias?: tf.Tensor): string {
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  const weight = () => tf.reshape(tf.transpose(kernel, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
  const inputs = [x.name, graph.tensor('depthwise_kernel', weight, kernel)];
  if (bias) inputs.push(graph.tensor('bias', () => bias, bias));
  return graph.node('Conv', inputs, { ...sliding(x, [height, width], layer), group: channels });
}

export const depthwiseConv: Converter = (graph, [input], layer) => {
  const x = picture(graph, input!, layer);
  const [kernel, bias] = layer.weights;
  const name = depthwise(graph, x, layer, kernel!, bias);
  return withActivation(graph, { ...x, name, shape: layer.outputShape }, layer);
};

export const separableConv: Converter = (graph, [input], layer) => {
  const x = picture(graph, input!, layer);
  const [kernel, pointwise, bias] = layer.weights;
  const inputs = [depthwise(graph, x, layer, kernel!)];
  inputs.push(graph.tensor('pointwise_kernel', () => tf.transpose(pointwise!, [3, 2, 0, 1]), pointwise));
  if (bias) inputs.push(graph.tensor('bias', () => bias, bias));
  const name = graph.node('Conv', inputs, { kernel_shape: [1, 1] });
  return withActivation(graph, { ...x, name, shape: layer.outputShape }, layer);
};

export const pooling =
  (operator: string): Converter =>
  (graph, [input], layer) => {
    const x = picture(graph, input!, layer);
    const window = sliding(x, pair(layer.config['poolSize']), layer);
    if (graph.operatorOf(x.name) !== 'Pad') return { ...x, name: graph.node(operator, [x.name], window) };
    // ONNX Runtime would make padding by zeros part of the pooling, which does not count what it pads by. It leaves pooling that pads by itself.
    const { pads: _, ...rest } = window;
    const auto_pad = layer.config['padding'] === 'same' ? 'SAME_UPPER' : 'VALID';
    return { ...x, name: graph.node(operator, [x.name], { ...rest, auto_pad }) };
  };

export const globalPooling =
  (operator: string): Converter =>
  (graph, [input], layer) => {
    const x = picture(graph, input!, layer);
    const pooled = graph.node(operator, [x.name]); // [n, c, 1, 1]
    return { ...x, name: graph.node('Flatten', [pooled], { axis: 1 }), layout: 'channelsLast' };
  };

export const zeroPadding: Converter = (graph, [input], layer) => {
  const x = picture(graph, input!, layer);
  const [[top, bottom], [left, right]] = layer.config['padding'] as [[number, number], [number, number]];
  const pads = graph.integers('pads', [0, 0, top, left, 0, 0, bottom, right]);
  return { ...x, name: graph.node('Pad', [x.name, pads]) };
};

export const cropping: Converter = (graph, [input], layer) => {
  const x = picture(graph, input!, layer);
  const [[top], [left]] = layer.config['cropping'] as [[number, number], [number, number]];
  const sizes = layer.outputShape.slice(1, 3);
  if (sizes.includes(null)) unsupported(layer, 'a picture whose size is known', `[${sizes.join(', ')}]`);
  const starts = graph.integers('starts', [top, left]);
  const ends = graph.integers('ends', [top + sizes[0]!, left + sizes[1]!]);
  const name = graph.node('Slice', [x.name, starts, ends, graph.integers('axes', [2, 3])]);
  return { ...x, name, shape: layer.outputShape };
};
