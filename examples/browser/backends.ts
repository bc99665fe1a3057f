import * as tf from '@tensorflow/tfjs-core';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreaded from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';

/** Each backend in a chunk of its own, loaded when it is chosen. */
const LOADERS = {
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths({
      'tfjs-backend-wasm.wasm': wasm,
      'tfjs-backend-wasm-simd.wasm': wasmSimd,
      'tfjs-backend-wasm-threaded-simd.wasm': wasmThreaded,
    });
  },
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  webgpu: () => import('@tensorflow/tfjs-backend-webgpu'),
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
};

export type BackendName = keyof typeof LOADERS;

export const BACKENDS = Object.keys(LOADERS) as BackendName[];

/** What decides whether the browser has what a backend needs; the others run everywhere. */
const NEEDS: Partial<Record<BackendName, () => Promise<unknown>>> = {
  webgl: async () => document.createElement('canvas').getContext('webgl2'),
  webgpu: async () => (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu?.requestAdapter(),
};

const prepared = new Set<BackendName>();

/** Whether a backend can start in this browser. */
export async function isOffered(name: BackendName): Promise<boolean> {
  const found = await NEEDS[name]?.().catch(() => null);
  return !(name in NEEDS) || Boolean(found);
}

/** Loads a backend if need be and makes it the active one. */
export async function useBackend(name: BackendName): Promise<void> {
  if (!prepared.has(name)) await LOADERS[name]();
  prepared.add(name);
  const starts = await tf.setBackend(name).catch(() => false);
  if (!starts) throw new Error(`The backend ${name} does not start in this browser.`);
}
