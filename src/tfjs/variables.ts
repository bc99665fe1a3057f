import * as tf from '@tensorflow/tfjs-core';

/** The values of a variable on the host. */
export type Numbers = Float32Array | Int32Array;

/** Copies of variables; the caller's. */
export const copies = (variables: readonly tf.Variable[]): tf.Tensor[] =>
  variables.map((variable) => tf.keep(tf.clone<tf.Tensor>(variable)));

/** Sets variables to values. */
export const assign = (variables: readonly tf.Variable[], values: readonly tf.Tensor[]): void =>
  values.forEach((value, i) => variables[i]!.assign(value));

/** The values of tensors, on the host; the caller's. */
export const read = (tensors: readonly tf.Tensor[]): Promise<Numbers[]> =>
  Promise.all(tensors.map(async (tensor) => (await tensor.data<'float32' | 'int32'>()).slice()));
