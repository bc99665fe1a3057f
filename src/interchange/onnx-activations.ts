import * as tf from '@tensorflow/tfjs-core';
import type { OnnxGraph, Value } from './onnx-graph';
import { type LayerUse, unsupported } from './onnx-layer';

/** Activations that are one operator of ONNX. tfjs's hard sigmoid is ONNX's by default. */
const OPERATORS: Readonly<Record<string, string>> = {
  elu: 'Elu',
  hardSigmoid: 'HardSigmoid',
  relu: 'Relu',
  selu: 'Selu',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  softsign: 'Softsign',
  tanh: 'Tanh',
};

/** An activation by its name in tfjs-layers; undefined if there is no conversion for it. */
function activate(graph: OnnxGraph, name: string, x: Value): Value | undefined {
  if (name === 'linear') return x;
  if (name === 'softmax' || name === 'logSoftmax') {
    const last = graph.to('channelsLast', x);
    const axis = x.shape.length - 1;
    return { ...last, name: graph.node(name === 'softmax' ? 'Softmax' : 'LogSoftmax', [last.name], { axis }) };
  }
  if (name === 'relu6') {
    const six = graph.tensor('six', () => tf.scalar(6));
    return { ...x, name: graph.node('Min', [graph.node('Relu', [x.name]), six]) };
  }
  if (name === 'swish') return { ...x, name: graph.node('Mul', [x.name, graph.node('Sigmoid', [x.name])]) };
  if (name === 'gelu') {
    const [half, one, root] = [0.5, 1, Math.SQRT1_2].map((value) => graph.tensor('gelu', () => tf.scalar(value)));
    const share = graph.node('Add', [graph.node('Erf', [graph.node('Mul', [x.name, root!])]), one!]);
    return { ...x, name: graph.node('Mul', [graph.node('Mul', [x.name, half!]), share]) };
  }
  const operator = OPERATORS[name];
  return operator === undefined ? undefined : { ...x, name: graph.node(operator, [x.name]) };
}

/** Applies the activation that a layer has in its configuration. */
export function withActivation(graph: OnnxGraph, value: Value, layer: LayerUse): Value {
  const name = (layer.config['activation'] as string | undefined) ?? 'linear';
  return activate(graph, name, value) ?? unsupported(layer, 'an activation that ONNX has', JSON.stringify(name));
}
