import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../errors';

const REMEDY =
  'Import one before the first call. Node: @tensorflow/tfjs-node (fastest) or @tensorflow/tfjs-backend-wasm. Browser: ' +
  '@tensorflow/tfjs-backend-webgpu, @tensorflow/tfjs-backend-webgl or @tensorflow/tfjs-backend-wasm. For instance: ' +
  'npm install @tensorflow/tfjs-backend-wasm. If one is imported, it belongs to another copy. ' +
  'See npm ls @tensorflow/tfjs-core.';

/**
 * Waits until a tfjs backend is ready. This package brings none and chooses none; that is the program's part.
 *
 * @param where The function that needs the backend, for the message.
 * @returns The name of the active backend.
 * @throws {@link BackendError} that names the packages to install, if no backend is registered or none starts.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * await ensureBackend('my program'); // 'wasm'
 * ```
 */
export async function ensureBackend(where: string): Promise<string> {
  try {
    await tf.ready();
  } catch (cause) {
    const received = tf.engine().backendNames().length === 0 ? 'none' : 'only backends that failed to start';
    throw new BackendError({ where, expected: 'a TensorFlow.js backend', received, remedy: REMEDY, cause });
  }
  return tf.getBackend();
}

/**
 * Checks that a tfjs backend is ready, for functions that cannot wait for one; one that starts at once is started.
 *
 * @param where The function that needs the backend, for the message.
 * @throws {@link BackendError} that says what to install or to wait for.
 */
export function requireBackend(where: string): void {
  try {
    tf.backend();
  } catch (cause) {
    const isStarting = tf.engine().backendNames().length > 0;
    const received = isStarting ? 'one that has not started' : 'none';
    const remedy = isStarting ? 'Write `await tf.ready();` before the call.' : REMEDY;
    throw new BackendError({ where, expected: 'a TensorFlow.js backend', received, remedy, cause });
  }
}
