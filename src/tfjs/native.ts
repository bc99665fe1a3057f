import * as tf from '@tensorflow/tfjs-core';

/** An attribute of a TensorFlow operation, as tfjs-node's binding takes it. */
export interface OpAttribute {
  name: string;
  type: number;
  value: number | string | boolean | readonly number[];
}

/** A tensor within TensorFlow, as the binding describes it. */
export interface Handle {
  id: number;
  shape: number[];
  dtype: number;
}

type Constant = 'TF_FLOAT' | `TF_ATTR_${'TYPE' | 'FLOAT' | 'STRING' | 'BOOL' | 'INT'}`;

/** The part of tfjs-node's backend through which any TensorFlow operation can be run. */
interface NativeBackend {
  binding: Record<Constant, number> & {
    executeOp(name: string, attributes: OpAttribute[], inputs: number[], outputs: number): Handle[];
    deleteTensor(id: number): void;
  };
  executeMultipleOutputs(name: string, attributes: OpAttribute[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
  getInputTensorIds(tensors: tf.Tensor[]): number[];
  createOutputTensor(handle: Handle): tf.Tensor;
}

/** Values of an operation's attributes besides its types; a list is one of integers. */
export type NativeAttributes = Record<string, string | boolean | readonly number[] | { float: number }>;

/**
 * Runs a TensorFlow operation by name on tfjs-node's backend.
 *
 * @param name TensorFlow's name of the operation, for instance `FusedBatchNormV3`.
 * @param inputs Its inputs; borrowed.
 * @param types Names of its type attributes, all float32 here.
 * @returns The outputs; the caller's, or the enclosing tidy's.
 */
export function runNative(
  name: string,
  inputs: tf.Tensor[],
  outputs: number,
  types: readonly string[],
  attributes: NativeAttributes = {},
): tf.Tensor[] {
  const backend = nativeBackend();
  const list = attributesOf(types, backend.binding.TF_FLOAT, attributes);
  return backend.executeMultipleOutputs(name, list, inputs, outputs);
}

export const nativeBackend = () => tf.backend() as unknown as NativeBackend;

export function typeAttribute(name: string, value: number): OpAttribute {
  return { name, type: nativeBackend().binding.TF_ATTR_TYPE, value };
}

export function attributesOf(types: readonly string[], type: number, attributes: NativeAttributes): OpAttribute[] {
  const { binding } = nativeBackend();
  const list = types.map((name) => typeAttribute(name, type));
  for (const [name, value] of Object.entries(attributes)) {
    if (Array.isArray(value)) list.push({ name, type: binding.TF_ATTR_INT, value: value as readonly number[] });
    else if (typeof value === 'object')
      list.push({ name, type: binding.TF_ATTR_FLOAT, value: (value as { float: number }).float });
    else if (typeof value === 'string') list.push({ name, type: binding.TF_ATTR_STRING, value });
    else list.push({ name, type: binding.TF_ATTR_BOOL, value });
  }
  return list;
}
