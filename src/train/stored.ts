import * as tf from '@tensorflow/tfjs-core';

/** A tensor of a run, on the host. */
export interface StoredTensor {
  /** Unique name within its checkpoint. */
  name: string;
  /** Shape. */
  shape: number[];
  /** `float32` or `int32`. */
  dtype: 'float32' | 'int32';
  /** The values, row by row. */
  data: Float32Array | Int32Array;
}

/** Copies tensors to the host, named `prefix/0`, `prefix/1`, … */
export async function storeTensors(prefix: string, tensors: readonly tf.Tensor[]): Promise<StoredTensor[]> {
  const values = await Promise.all(tensors.map((tensor) => tensor.data<'float32'>()));
  return tensors.map(({ shape, dtype }, i) => {
    return { name: `${prefix}/${i}`, shape, dtype: dtype as 'float32' | 'int32', data: values[i]!.slice() };
  });
}

/** Makes a tensor of what {@link storeTensors} copied; the caller's. */
export function restoreTensor({ data, shape, dtype }: StoredTensor): tf.Tensor {
  return tf.tensor(data, shape, dtype);
}
