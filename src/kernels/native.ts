import * as tf from '@tensorflow/tfjs-core';

/** An attribute of a TensorFlow operation, as tfjs-node's binding takes it. */
interface OpAttribute {
  name: string;
  type: number;
  value: number | string | boolean;
}

/** The part of tfjs-node's backend through which any TensorFlow operation can be run. */
interface NativeBackend {
  binding: Record<'TF_ATTR_TYPE' | 'TF_FLOAT' | 'TF_ATTR_FLOAT' | 'TF_ATTR_STRING' | 'TF_ATTR_BOOL', number>;
  executeMultipleOutputs(name: string, attributes: OpAttribute[], inputs: tf.Tensor[], outputs: number): tf.Tensor[];
}

/** Values of an operation's attributes besides its float32 types. */
export type NativeAttributes = Record<string, string | boolean | { float: number }>;

/** Whether the active backend is tfjs-node's and can run TensorFlow operations that tfjs does not name. */
export function hasNativeOperations(): boolean {
  return tf.getBackend() === 'tensorflow' && 'executeMultipleOutputs' in (tf.backend() as object);
}

/**
 * Runs a TensorFlow operation by name on tfjs-node's backend.
 *
 * @param name TensorFlow's name of the operation, for instance `FusedBatchNormV3`.
 * @param inputs Its inputs; borrowed.
 * @param outputs Number of its outputs.
 * @param types Names of its type attributes, all float32 here.
 * @param attributes Its other attributes.
 * @returns The outputs; the caller's, or the enclosing tidy's.
 */
export function runNative(
  name: string,
  inputs: tf.Tensor[],
  outputs: number,
  types: readonly string[],
  attributes: NativeAttributes = {},
): tf.Tensor[] {
  const backend = tf.backend() as unknown as NativeBackend;
  const { binding } = backend;
  const list: OpAttribute[] = types.map((type) => ({
    name: type,
    type: binding.TF_ATTR_TYPE,
    value: binding.TF_FLOAT,
  }));
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'object') list.push({ name: key, type: binding.TF_ATTR_FLOAT, value: value.float });
    else if (typeof value === 'string') list.push({ name: key, type: binding.TF_ATTR_STRING, value });
    else list.push({ name: key, type: binding.TF_ATTR_BOOL, value });
  }
  return backend.executeMultipleOutputs(name, list, inputs, outputs);
}
