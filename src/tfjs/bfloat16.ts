import type * as tf from '@tensorflow/tfjs-core';
import {
  attributesOf,
  type Handle,
  type NativeAttributes,
  nativeBackend,
  type OpAttribute,
  typeAttribute,
} from './native';

/** TensorFlow's number of the type bfloat16, which the binding does not name. */
const BFLOAT16 = 14;

/**
 * Runs a TensorFlow operation of one type attribute `T` in bfloat16: float32 inputs are rounded to it, and the output is widened
 * again. Processors with AVX512-BF16 or AMX multiply two to sixteen times as many of them at once; sums stay float32.
 *
 * @param name TensorFlow's name of the operation, for instance `Conv2D`.
 * @param inputs Its inputs, float32 or int32; the latter pass as they are; borrowed.
 * @returns The only output, float32; the caller's, or the enclosing tidy's.
 */
export function runInBfloat16(name: string, inputs: tf.Tensor[], attributes: NativeAttributes): tf.Tensor {
  const backend = nativeBackend();
  const { binding } = backend;
  const temporary: number[] = [];
  const execute = (operation: string, list: OpAttribute[], ids: number[]) =>
    binding.executeOp(operation, list, ids, 1)[0]!;
  const cast = (id: number, from: number, to: number) =>
    execute('Cast', [typeAttribute('SrcT', from), typeAttribute('DstT', to)], [id]);
  const keep = ({ id }: Handle) => (temporary.push(id), id);
  try {
    const ids = backend
      .getInputTensorIds(inputs)
      .map((id, i) => (inputs[i]!.dtype === 'float32' ? keep(cast(id, binding.TF_FLOAT, BFLOAT16)) : id));
    const output = keep(execute(name, attributesOf(['T'], BFLOAT16, attributes), ids));
    return backend.createOutputTensor(cast(output, BFLOAT16, binding.TF_FLOAT));
  } finally {
    temporary.forEach((id) => binding.deleteTensor(id));
  }
}
