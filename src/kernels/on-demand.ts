import * as tf from '@tensorflow/tfjs-core';
import type * as nativeTraining from './native-training';
import type * as fastOnWasm from './winograd';

type NativeKernels = typeof nativeTraining;
type Winograd = typeof fastOnWasm;

let native: NativeKernels | undefined;
let winograd: Winograd | undefined;

/** Whether the active backend is tfjs-node's and can run any TensorFlow operation. */
export function hasNativeOperations(): boolean {
  return tf.getBackend() === 'tensorflow' && 'executeMultipleOutputs' in (tf.backend() as object);
}

/**
 * Loads the kernels for the active backend once: TensorFlow's operations for tfjs-node, the fast convolutions for WASM. Programs on other
 * backends do not load them. Generic kernels are used until then.
 */
export async function prepareKernels(): Promise<void> {
  if (hasNativeOperations()) native ??= await import('./native-training');
  if (tf.getBackend() !== 'wasm') return;
  winograd ??= await import('./winograd');
  await winograd.startWinograd();
}

/** The kernels that use TensorFlow's operations, if the active backend has them and {@link prepareKernels} was called. */
export function nativeKernels(): NativeKernels | undefined {
  return hasNativeOperations() ? native : undefined;
}

/** The fast convolutions, if the active backend is WASM and {@link prepareKernels} was called. */
export function fastConvolutions(): Winograd | undefined {
  return tf.getBackend() === 'wasm' ? winograd : undefined;
}
