import * as tf from '@tensorflow/tfjs-core';

type Inputs = Record<string, tf.Tensor>;

/** An operation with a gradient of its own. */
export interface LazyOperation<I extends Inputs, A extends object> {
  /** Name in tfjs's registry, in which no other kernel has it. */
  name: string;
  /** Computes the output from the inputs. */
  forward: (inputs: I, attributes: A) => tf.Tensor;
  /** How to compute the gradient by each input, from the output's. Called outside the tape. */
  gradients: { [K in keyof I]: (dy: tf.Tensor, inputs: I, attributes: A) => tf.Tensor };
}

/**
 * Runs an operation such that a gradient is computed by those inputs alone that lead to a trained weight: `tf.customGrad` computes
 * all of them, also for the first layer's input and for frozen weights. The operation enters tfjs's registry at its first run.
 *
 * @param operation The operation, a constant of its module.
 * @param inputs Its inputs; borrowed.
 * @param attributes What else it needs, without tensors.
 * @returns The output; the caller's.
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
  return tf.engine().runKernel(kernelName, inputs, attributes as tf.NamedAttrMap);
}
