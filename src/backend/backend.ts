import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../errors';

const REMEDY =
  'Import one before the first call. Node: @tensorflow/tfjs-node (fastest) or @tensorflow/tfjs-backend-wasm. Browser: ' +
  '@tensorflow/tfjs-backend-webgpu, @tensorflow/tfjs-backend-webgl or @tensorflow/tfjs-backend-wasm. Install it with: ' +
  `npm install @tensorflow/tfjs-backend-wasm@${tf.version_core}. If one is imported, it belongs to another copy of tfjs: ` +
  'see npm ls @tensorflow/tfjs-core.';

/**
 * Waits until a tfjs backend is ready. The program imports and selects the backend.
 *
 * @returns The name of the active backend.
 * @throws {@link BackendError} that names the packages to install, if no backend is registered or none starts.
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
 * Checks that a tfjs backend is ready, for synchronous functions. Starts backends that start synchronously.
 *
 * @throws {@link BackendError} that names what to install or to await.
 */
export function requireBackend(where: string): void {
  try {
    tf.backend();
  } catch (cause) {
    throw noBackend(where, 'one that has not started', 'Call `await tf.ready()` first.', cause);
  }
}

/** The error for no registered backend, otherwise with the given details. */
function noBackend(where: string, found: string, advice: string, cause: unknown): BackendError {
  const isNone = tf.engine().backendNames().length === 0;
  const [received, remedy] = isNone ? ['none', REMEDY] : [found, advice];
  return new BackendError({ where, expected: 'a TensorFlow.js backend', received, remedy, cause });
}
