import * as tf from '@tensorflow/tfjs-core';
import { withActivation } from './onnx-activations';
import { type Attributes, type Converter, type LayerUse, type OnnxGraph, unsupported, type Value } from './onnx-graph';

const pair = (value: unknown) => (Array.isArray(value) ? value : [value, value]) as [number, number];

/** Puts the input of a layer that looks at neighbors into [n, c, h, w]. */
const ofImages =
  (convert: (graph: OnnxGraph, x: Value, layer: LayerUse) => Value): Converter =>
  (graph, [input], layer) => {
    const format = layer.config['dataFormat'] ?? 'channelsLast';
    if (format !== 'channelsLast') unsupported(layer, 'dataFormat "channelsLast"', JSON.stringify(format));
    return convert(graph, graph.to('channelsFirst', input!), layer);
  };

/** Attributes of a window that moves over an image. "same" is written as numbers where the size is known. */
function sliding(x: Value, kernel: readonly number[], { config }: LayerUse): Attributes {
  const strides = pair(config['strides'] ?? 1);
  const dilations = pair(config['dilationRate'] ?? 1);
  const attributes = { kernel_shape: kernel, strides, ...(dilations.some((rate) => rate > 1) && { dilations }) };
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

/** A kernel [h, w, in, out] as ONNX has it. */
const outFirst = (kernel: tf.Tensor) => tf.transpose(kernel, [3, 2, 0, 1]);

/** A depthwise kernel [h, w, in, multiplier] as ONNX has it, with a group for each channel. */
function grouped(kernel: tf.Tensor): tf.Tensor {
  const [height, width, channels, multiplier] = kernel.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(kernel, [2, 3, 0, 1]), [channels * multiplier, 1, height, width]);
}

/** A convolution, a depthwise one, or a depthwise one and one by a kernel of 1 × 1. */
export const convolution = (isDepthwise: boolean, isSeparable = false): Converter =>
  ofImages((graph, x, layer) => {
    const [kernel, ...rest] = layer.weights;
    const window = sliding(x, kernel!.shape.slice(0, 2), layer);
    const bias = graph.weight('bias', rest[+isSeparable]);
    let inputs = [x.name, ...graph.weight('kernel', kernel, isDepthwise ? grouped : outFirst)];
    let attributes: Attributes = { ...window, ...(isDepthwise && { group: kernel!.shape[2]! }) };
    if (isSeparable) {
      inputs = [graph.node('Conv', inputs, attributes), ...graph.weight('pointwise_kernel', rest[0], outFirst)];
      attributes = { kernel_shape: [1, 1] };
    }
    return withActivation(graph, { ...x, name: graph.node('Conv', [...inputs, ...bias], attributes) }, layer);
  });

export const pooling = (operator: string): Converter =>
  ofImages((graph, x, layer) => {
    const window = sliding(x, pair(layer.config['poolSize']), layer);
    if (graph.operatorOf(x.name) !== 'Pad') return { ...x, name: graph.node(operator, [x.name], window) };
    // ONNX Runtime would make padding by zeros part of the pooling, which does not count what it pads by. It leaves pooling that pads by itself.
    const { pads: _, ...rest } = window;
    const auto_pad = layer.config['padding'] === 'same' ? 'SAME_UPPER' : 'VALID';
    return { ...x, name: graph.node(operator, [x.name], { ...rest, auto_pad }) };
  });

export const globalPooling = (operator: string): Converter =>
  ofImages((graph, x) => {
    const pooled = graph.node(operator, [x.name]); // [n, c, 1, 1]
    return { ...x, name: graph.node('Flatten', [pooled], { axis: 1 }), layout: 'channelsLast' };
  });

export const zeroPadding: Converter = ofImages((graph, x, layer) => {
  const [[top, bottom], [left, right]] = layer.config['padding'] as [[number, number], [number, number]];
  const pads = graph.integers('pads', [0, 0, top, left, 0, 0, bottom, right]);
  return { ...x, name: graph.node('Pad', [x.name, pads]) };
});

export const cropping: Converter = ofImages((graph, x, layer) => {
  const [[top], [left]] = layer.config['cropping'] as [[number, number], [number, number]];
  const sizes = layer.outputShape.slice(1, 3);
  if (sizes.includes(null)) unsupported(layer, 'an image whose size is known', `[${sizes.join(', ')}]`);
  const starts = graph.integers('starts', [top, left]);
  const ends = graph.integers('ends', [top + sizes[0]!, left + sizes[1]!]);
  return { ...x, name: graph.node('Slice', [x.name, starts, ends, graph.integers('axes', [2, 3])]) };
});
