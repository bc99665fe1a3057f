import { type LayerUse, type OnnxGraph, unsupported, type Value } from './onnx-graph';

/** Activations that are one operator of ONNX. tfjs's hard sigmoid is ONNX's by default. */
const OPERATORS: Readonly<Record<string, string>> = {
  elu: 'Elu',
  hardSigmoid: 'HardSigmoid',
  relu: 'Relu',
  selu: 'Selu',
  sigmoid: 'Sigmoid',
  softmax: 'Softmax',
  logSoftmax: 'LogSoftmax',
  softplus: 'Softplus',
  softsign: 'Softsign',
  tanh: 'Tanh',
};

/** An activation by its name in tfjs-layers, of the value `x`; undefined if there is no conversion for it. */
function activate(graph: OnnxGraph, name: string, x: string, axis: number): string | undefined {
  if (name === 'linear') return x;
  if (name === 'relu6') return graph.node('Min', [graph.node('Relu', [x]), graph.numbers('six', 6)]);
  if (name === 'swish') return graph.node('Mul', [x, graph.node('Sigmoid', [x])]);
  if (name === 'gelu') {
    const [half, one, root] = [0.5, 1, Math.SQRT1_2].map((value) => graph.numbers('gelu', value));
    const share = graph.node('Add', [graph.node('Erf', [graph.node('Mul', [x, root!])]), one!]);
    return graph.node('Mul', [graph.node('Mul', [x, half!]), share]);
  }
  const operator = OPERATORS[name];
  return operator && graph.node(operator, [x], name.endsWith('oftmax') ? { axis } : {});
}

/** Applies the activation that a layer has in its configuration. */
export function withActivation(graph: OnnxGraph, value: Value, layer: LayerUse): Value {
  const activation = (layer.config['activation'] as string | undefined) ?? 'linear';
  const x = activation.endsWith('oftmax') ? graph.to('channelsLast', value) : value;
  const name = activate(graph, activation, x.name, x.shape.length - 1);
  return { ...x, name: name ?? unsupported(layer, 'an activation that ONNX has', JSON.stringify(activation)) };
}
