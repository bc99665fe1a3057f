import * as tf from '@tensorflow/tfjs-core';

type Inputs = Record<string, tf.Tensor>;

/** An operation with a custom gradient. */
export interface LazyOperation<I extends Inputs, A extends object> {
  /** A unique name in tfjs's kernel registry. */
  name: string;
  /** Computes the output from the inputs. */
  forward: (inputs: I, attributes: A) => tf.Tensor;
  /** Compute the gradient with respect to each input from that of the output. Called outside the tape. */
  gradients: { [K in keyof I]: (dy: tf.Tensor, inputs: I, attributes: A) => tf.Tensor };
}

/**
 * Runs an operation and computes only the gradients that trained weights need. `tf.customGrad` computes all of them, also for the first
 * layer's input and frozen weights. The first run registers the operation in tfjs.
 *
 * @param operation The operation, a constant of its module.
 * @param inputs The inputs; borrowed.
 * @returns The output; owned by the caller.
 */
export function runLazily<I extends Inputs, A extends object>(
  operation: LazyOperation<I, A>,
  inputs: I,
  attributes: A,
): tf.Tensor {
  const { name: kernelName, forward, gradients } = operation;
  const backendName = tf.getBackend();
  if (!tf.getKernel(kernelName, backendName)) {
    const kernelFunc: tf.KernelFunc = ({ inputs, attrs }) => forward(inputs as unknown as I, attrs as unknown as A);
    tf.registerKernel({ kernelName, backendName, kernelFunc });
  }
  if (!tf.getGradient(kernelName)) {
    const inputsToSave = Object.keys(gradients);
    tf.registerGradient({
      kernelName,
      inputsToSave,
      gradFunc(dy, saved, attrs) {
        const inputs = Object.fromEntries(inputsToSave.map((input, i) => [input, saved[i]!])) as I;
        const by = (input: string) => gradients[input]!(dy as tf.Tensor, inputs, attrs as unknown as A);
        return Object.fromEntries(inputsToSave.map((input) => [input, () => by(input)]));
      },
    });
  }
  return runKernel(kernelName, inputs, attributes);
}

/** Runs a kernel of the active backend, which is recorded for gradients. */
export const runKernel = (name: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap);
