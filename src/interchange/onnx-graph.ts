import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { field, floatField, integerField, type Parts, textField } from './protobuf';

/** A size for each axis; null where it is known only in use. */
export type Sizes = readonly (number | null)[];

/** A tensor in the graph. Those of rank 4 change their layout only where an operator asks for it. */
export interface Value {
  /** Its name, which no other has. */
  readonly name: string;
  /** Its shape as tfjs has it, channels last, whatever its layout. */
  readonly shape: Sizes;
  /** Order of the axes: as in tfjs, or [n, c, h, w] as ONNX's operators on images take it. */
  readonly layout: 'channelsLast' | 'channelsFirst';
}

/** A layer of tfjs at one of its uses, as its conversion needs it. */
export interface LayerUse {
  /** Its class. */
  readonly className: string;
  /** Its name. */
  readonly name: string;
  /** What its `getConfig()` gives. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Its weights in the order of `getWeights()`; borrowed. */
  readonly weights: readonly tf.Tensor[];
  /** Shape of its output. */
  readonly outputShape: Sizes;
}

/** Adds a layer to the graph and returns its value, with any shape of the right rank. */
export type Converter = (graph: OnnxGraph, inputs: readonly Value[], layer: LayerUse) => Value;

/** Throws for a layer that cannot be expressed, before anything is made. */
export function unsupported(layer: LayerUse, expected: string, received: string): never {
  throw inputError(
    `exportOnnx: layer "${layer.name}"`,
    expected,
    received,
    'Replace the layer, or export to Keras and convert from there.',
  );
}

/** A float32 attribute; plain numbers are whole. */
export interface Float {
  /** Its value. */
  readonly float: number;
}

/** Attributes of an operator by name. */
export type Attributes = Readonly<Record<string, number | string | Float | readonly number[]>>;

interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  output: string;
  readonly attributes: Attributes;
}

/** A constant: numbers that are there already, or a tensor that is made when the graph is encoded. */
interface Constant {
  readonly name: string;
  readonly content: readonly number[] | (() => tf.Tensor);
}

// Numbers of ONNX's element and attribute types (onnx.proto)
const ELEMENT = { float32: 1, uint8: 2, int64: 7 } as const;
const ATTRIBUTE = { float: 1, integer: 2, text: 3, integers: 7 } as const;

/** Type of the elements of an input or output. */
export type ElementType = 'float32' | 'uint8';

/** A graph under construction: nodes in an order in which they can be computed, and constants. */
export class OnnxGraph {
  /** First part of new names: the layer that is being converted. */
  scope = '';
  readonly #nodes: Node[] = [];
  readonly #constants: Constant[] = [];
  readonly #names = new Set<string>();
  readonly #known = new Map<object, string>();

  /**
   * Reserves a name.
   * @param wanted The name; a number is added if it is taken.
   */
  fresh(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#names.has(name); i++) name = `${wanted}_${i}`;
    this.#names.add(name);
    return name;
  }

  /**
   * Adds a node with one output.
   * @param operator Name of the ONNX operator.
   * @param inputs Names of values and constants.
   * @param attributes Its attributes.
   * @returns Name of the output.
   */
  node(operator: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = this.fresh(`${this.scope}/${operator}`);
    this.#nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  /** The operator that gives a value; undefined for inputs and constants. */
  operatorOf(value: string): string | undefined {
    return this.#nodes.filter(({ output }) => output === value).at(-1)?.operator;
  }

  /**
   * Gives the output of the node that was added last a plainer name, if it was made in this scope and the name is free.
   * @param value Name of the value; no node may use it yet.
   * @param wanted The name it should have.
   * @returns The name that it has.
   */
  rename(value: string, wanted: string): string {
    const last = this.#nodes.at(-1);
    if (last?.output !== value || !value.startsWith(`${this.scope}/`) || this.#names.has(wanted)) return value;
    this.#names.delete(value);
    return (last.output = this.fresh(wanted));
  }

  /**
   * Adds whole numbers as a constant of rank 1.
   * @param name Last part of its name.
   * @param numbers At least 0 each.
   */
  integers(name: string, numbers: readonly number[]): string {
    return this.#constant(name, numbers);
  }

  /**
   * Adds a float32 constant.
   * @param name Last part of its name.
   * @param make Makes the tensor when the graph is encoded.
   */
  tensor(name: string, make: () => tf.Tensor): string {
    return this.#constant(name, make);
  }

  /** Adds a float32 constant of given numbers. */
  numbers(name: string, values: tf.TensorLike): string {
    return this.tensor(name, () => tf.tensor(values));
  }

  /**
   * Adds a weight as a constant, or finds the one that was made of it before, as in a layer that is used twice.
   * @param name Last part of its name.
   * @param weight The weight; undefined where a layer has none.
   * @param change Brings it to the form that ONNX has. Default: as it is.
   * @returns An array with its name, empty where there is none.
   */
  weight(name: string, weight: tf.Tensor | undefined, change = (tensor: tf.Tensor) => tensor): string[] {
    if (!weight) return [];
    const constant = this.#known.get(weight) ?? this.#constant(name, () => change(weight));
    this.#known.set(weight, constant);
    return [constant];
  }

  #constant(last: string, content: Constant['content']): string {
    const name = this.fresh(`${this.scope}/${last}`);
    this.#constants.push({ name, content });
    return name;
  }

  /**
   * The same value with its channels in another place; only rank 4 has two layouts.
   * @param value The value.
   * @param layout Where they should be.
   */
  to(layout: Value['layout'], value: Value): Value {
    if (value.layout === layout || value.shape.length !== 4) return value;
    const perm = layout === 'channelsFirst' ? [0, 3, 1, 2] : [0, 2, 3, 1];
    return { name: this.node('Transpose', [value.name], { perm }), shape: value.shape, layout };
  }

  /**
   * Encodes the graph as a `GraphProto`'s fields. Tensors are made and read one after another.
   * @param name Name of the graph.
   * @param inputs What it takes, channels last.
   * @param outputs What it gives, channels last.
   */
  async encode(
    name: string,
    inputs: readonly { value: Value; type: ElementType }[],
    outputs: readonly Value[],
  ): Promise<Parts> {
    const constants: Parts[] = [];
    for (const constant of this.#constants) constants.push(field(5, ...(await encodeConstant(constant))));
    return [
      ...this.#nodes.flatMap((node) => field(1, ...encodeNode(node))),
      ...textField(2, name),
      ...constants.flat(),
      ...inputs.flatMap(({ value, type }) => field(11, ...encodeValue(value, type))),
      ...outputs.flatMap((value) => field(12, ...encodeValue(value, 'float32'))),
    ];
  }
}

function encodeNode({ operator, inputs, output, attributes }: Node): Parts[] {
  return [
    ...inputs.map((name) => textField(1, name)),
    textField(2, output),
    textField(3, output), // the node is called like its output
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => field(5, textField(1, name), ...encodeAttribute(value))),
  ];
}

function encodeAttribute(value: number | string | Float | readonly number[]): Parts[] {
  if (typeof value === 'number') return [integerField(3, value), integerField(20, ATTRIBUTE.integer)];
  if (typeof value === 'string') return [textField(4, value), integerField(20, ATTRIBUTE.text)];
  if ('float' in value) return [floatField(2, value.float), integerField(20, ATTRIBUTE.float)];
  return [...value.map((each) => integerField(8, each)), integerField(20, ATTRIBUTE.integers)];
}

async function encodeConstant({ name, content }: Constant): Promise<Parts[]> {
  if (typeof content !== 'function') {
    const bytes = new Uint8Array(BigInt64Array.from(content, BigInt).buffer);
    return encodeTensor(name, [content.length], ELEMENT.int64, bytes);
  }
  const tensor = tf.tidy(() => tf.clone(content())); // a weight itself must outlive this
  try {
    const values = await tensor.data<'float32'>();
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
    return encodeTensor(name, tensor.shape, ELEMENT.float32, bytes);
  } finally {
    tensor.dispose();
  }
}

function encodeTensor(name: string, shape: readonly number[], type: number, bytes: Uint8Array): Parts[] {
  return [...shape.map((size) => integerField(1, size)), integerField(2, type), textField(8, name), field(9, [bytes])];
}

/** A `ValueInfoProto`: name and type; the size of the batch is called N. */
function encodeValue({ name, shape }: Value, type: ElementType): Parts[] {
  const sizes = shape.map((size, axis) =>
    field(1, size === null ? textField(2, axis === 0 ? 'N' : `${name}_${axis}`) : integerField(1, size)),
  );
  return [textField(1, name), field(2, field(1, integerField(1, ELEMENT[type]), field(2, ...sizes)))];
}
