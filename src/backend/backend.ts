import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../errors';

const REMEDY =
  'Import one before the first call. Node: @tensorflow/tfjs-node (fastest) or @tensorflow/tfjs-backend-wasm. Browser: ' +
  '@tensorflow/tfjs-backend-webgpu, @tensorflow/tfjs-backend-webgl or @tensorflow/tfjs-backend-wasm. For instance: ' +
  `npm install @tensorflow/tfjs-backend-wasm@${tf.version_core}. If one is imported, it belongs to another copy. ` +
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
    throw noBackend(where, 'only backends that failed to start', REMEDY, cause);
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
    throw noBackend(where, 'one that has not started', 'Write `await tf.ready();` before the call.', cause);
  }
}

/** The error where none is registered, or else with what is there and what to do about it. */
function noBackend(where: string, found: string, advice: string, cause: unknown): BackendError {
  const isNone = tf.engine().backendNames().length === 0;
  const [received, remedy] = isNone ? ['none', REMEDY] : [found, advice];
  return new BackendError({ where, expected: 'a TensorFlow.js backend', received, remedy, cause });
}
