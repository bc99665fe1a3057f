import * as tf from '@tensorflow/tfjs-core';
import type * as nativeTraining from './native-training';
import type * as fastOnWasm from './winograd';

type NativeKernels = typeof nativeTraining;
type Winograd = typeof fastOnWasm;

let native: NativeKernels | undefined;
let winograd: Winograd | undefined;

/** Whether the active backend is tfjs-node's and can run TensorFlow operations that tfjs does not name. */
export function hasNativeOperations(): boolean {
  return tf.getBackend() === 'tensorflow' && 'executeMultipleOutputs' in (tf.backend() as object);
}

/**
 * Loads the kernels that the active backend alone can use, if that has not been done: for tfjs-node those by TensorFlow's own
 * operations, for WASM the fast convolutions. Programs on other backends never carry them. Until then, other kernels compute.
 */
export async function prepareKernels(): Promise<void> {
  if (hasNativeOperations()) native ??= await import('./native-training');
  if (tf.getBackend() !== 'wasm') return;
  winograd ??= await import('./winograd');
  await winograd.startWinograd();
}

/** The kernels by TensorFlow's own operations, if the active backend has these and {@link prepareKernels} was called. */
export function nativeKernels(): NativeKernels | undefined {
  return hasNativeOperations() ? native : undefined;
}

/** The fast convolutions, if the active backend is WASM and {@link prepareKernels} was called. */
export function fastConvolutions(): Winograd | undefined {
  return tf.getBackend() === 'wasm' ? winograd : undefined;
}
