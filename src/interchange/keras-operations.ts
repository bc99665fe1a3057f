import { weightsError } from '../errors';
import { describe } from '../validate';
import type { Json, LayerConfig, Settings } from './keras-layers';

type Entry = LayerConfig & { name?: string; module?: string };
type Tensor = readonly Json[];

/** Arithmetic on tensors, by its names in Keras 3 (a class) and in Keras 2 (a function of TensorFlow). */
const OPERATIONS: Readonly<Record<string, 'add' | 'subtract' | 'multiply' | 'divide'>> = {
  Add: 'add',
  'math.add': 'add',
  '__operators__.add': 'add',
  Subtract: 'subtract',
  'math.subtract': 'subtract',
  Multiply: 'multiply',
  'math.multiply': 'multiply',
  Divide: 'divide',
  TrueDivide: 'divide',
  'math.divide': 'divide',
  'math.truediv': 'divide',
};

/**
 * The layer that computes what an operation of Keras computes: `x / 255`, `x - mean` and the like, which graphs contain beside their layers.
 *
 * @returns A layer with the same name and calls; the entry itself if it is a layer.
 * @throws {@link WeightsError} if the operation has no layer that computes the same.
 */
export function layerOfOperation(entry: Entry): Entry {
  const isFunction = entry.class_name === 'TFOpLambda';
  if (!isFunction && !isOperation(entry)) return entry;
  const operation = OPERATIONS[String(isFunction ? entry.config['function'] : entry.class_name)];
  const [nodes, calls] = [entry.inbound_nodes as Json[], isFunction ? callOfKeras2 : callOfKeras3];
  const operands = nodes?.length === 1 ? calls(nodes[0]!) : [];
  const [first, second] = isTensor(operands[0]) ? operands : [...operands].reverse();
  const swapped = first !== operands[0];
  if (operation && isTensor(first) && second !== undefined && !(swapped && operation === 'divide')) {
    const { name } = entry.config;
    const layer = (class_name: string, config: Settings, tensors: readonly Tensor[]): Entry => {
      const node = isFunction
        ? tensors.map((tensor) => [...tensor.slice(0, 3), {}])
        : { args: tensors.length === 1 ? [...tensors[0]!] : [tensors.map((tensor) => tensor[0]!)], kwargs: {} };
      return { name: entry.name!, class_name, config: { ...config, name: name! }, inbound_nodes: [node as Json] };
    };
    if (isTensor(second) && (operation === 'add' || operation === 'multiply')) {
      return layer(operation === 'add' ? 'Add' : 'Multiply', {}, [first, second]);
    }
    const by = isTensor(second) ? undefined : numbersOf(second);
    if (by) {
      const settings: Record<typeof operation, Settings> = {
        add: { scale: 1, offset: by },
        subtract: swapped ? { scale: -1, offset: by } : { scale: 1, offset: each(by, (value) => -value) },
        multiply: { scale: by, offset: 0 },
        divide: { scale: each(by, (value) => 1 / value), offset: 0 },
      };
      return layer('Rescaling', settings[operation], [first]);
    }
  }
  const expected = 'a layer, or the sum, difference, product or quotient of a tensor and a number';
  const received = `the operation ${describe(isFunction ? entry.config['function'] : entry.class_name)}`;
  throw weightsError('', expected, received, 'Rebuild the model in Keras with layers in its place.');
}

/** Whether an entry of Keras 3 is an operation: files in HDF5 do not say so, but a layer is called with one tensor or one list of them. */
function isOperation({ class_name: kind, module, inbound_nodes: nodes }: Entry): boolean {
  if (module !== undefined) return /\bops\b/.test(module);
  const [node] = (nodes as ({ args?: Json[]; kwargs?: Settings } | undefined)[] | undefined) ?? [];
  const isCall = Object.hasOwn(OPERATIONS, kind) && !Array.isArray(node) && Array.isArray(node?.args);
  return isCall && (node.args!.length > 1 || Object.hasOwn(node.kwargs ?? {}, 'x2'));
}

/** A tensor is in an array of its own, so that it differs from arrays of numbers: `[{ __keras_tensor__ }]` or `[layer, node, tensor]`. */
function isTensor(argument: Json | Tensor | undefined): argument is Tensor {
  if (!Array.isArray(argument)) return false;
  const [head] = argument as Json[];
  return (typeof head === 'string' && head !== '_CONSTANT_VALUE') || classOf(head) === '__keras_tensor__';
}

const classOf = (value: Json | undefined) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value['class_name'] : undefined;

/** The two operands of a call `{ args: [a, b], kwargs }`. */
function callOfKeras3(node: Json): (Json | undefined)[] {
  const { args = [], kwargs = {} } = (node ?? {}) as { args?: Json[]; kwargs?: Settings };
  const all = [...args, ...['x1', 'x2'].slice(args.length).map((key) => kwargs[key])];
  return all.map((value) => (classOf(value) === '__keras_tensor__' ? [value!] : value));
}

/** The two operands of a call `[[layer, node, tensor, { y }]]`. */
function callOfKeras2(node: Json): (Json | undefined)[] {
  const [layer, index, tensor, kwargs] = ((node as Json[])?.[0] ?? []) as [Json, Json, Json, Settings?];
  return [[layer, index, tensor], kwargs?.['y']];
}

/** A number, or an array of them, also as Keras 3 writes one of NumPy. */
function numbersOf(value: Json): Json | undefined {
  const given = classOf(value) === undefined ? value : ((value as { config?: Settings }).config?.['value'] ?? null);
  const areNumbers = (each: Json): boolean => (Array.isArray(each) ? each.every(areNumbers) : Number.isFinite(each));
  return areNumbers(given) ? given : undefined;
}

function each(numbers: Json, change: (value: number) => number): Json {
  return Array.isArray(numbers) ? numbers.map((value) => each(value, change)) : change(numbers as number);
}
