import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe } from 'vitest';
import { prepareKernels } from '../../src/kernels/on-demand';

/** Names of the backends that the tests can run on here. */
export type TestBackend = 'cpu' | 'wasm' | 'tensorflow';

const require = createRequire(import.meta.url);

function nativeIsInstalled(): boolean {
  try {
    require.resolve('@tensorflow/tfjs-node/lib/napi-v8/tfjs_binding.node');
    return true;
  } catch {
    return false;
  }
}

/** The backends present: cpu and wasm always, native TensorFlow where it is installed. */
export const BACKENDS: readonly TestBackend[] = nativeIsInstalled() ? ['cpu', 'wasm', 'tensorflow'] : ['cpu', 'wasm'];

/**
 * The backends that can train, once the kernels are registered that WASM lacks; fastest last.
 * @alias
 */
export const TRAINING_BACKENDS: readonly TestBackend[] = BACKENDS;

/** Registers and activates a backend, and loads the kernels that are its own, as training and classification do. */
export async function useBackend(name: TestBackend): Promise<void> {
  if (name === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  if (name === 'wasm') {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${require.resolve('@tensorflow/tfjs-backend-wasm/package.json').replace('package.json', '')}dist/`);
  }
  if (name === 'tensorflow') require('@tensorflow/tfjs-node');
  if (!(await tf.setBackend(name))) throw new Error(`backend ${name} did not start`);
  await tf.ready();
  await prepareKernels();
}

/** Runs a suite once on each backend. */
export function describeOn(
  backends: readonly TestBackend[],
  title: string,
  suite: (backend: TestBackend) => void,
): void {
  for (const backend of backends) {
    describe(`${title} [${backend}]`, () => {
      beforeAll(() => useBackend(backend));
      suite(backend);
    });
  }
}

/** Fails the suite if it leaves tensors behind. Call it first in a `describe`. */
export function expectNoLeaks(): void {
  let before = 0;
  beforeAll(() => {
    before = tf.memory().numTensors;
  });
  afterAll(() => {
    const left = tf.memory().numTensors - before;
    if (left !== 0) throw new Error(`${left} tensors were left behind`);
  });
}
