import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setBackend } from '@tensorflow/tfjs-core';

/** Where packages are looked for: beside this one, then beside the program that is run here. */
const PLACES = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href];

/** Packages that bring a backend, the fastest first, and what they need. */
const BACKENDS = [
  { name: '@tensorflow/tfjs-node-gpu', backend: 'tensorflow' },
  { name: '@tensorflow/tfjs-node', backend: 'tensorflow' },
  { name: '@tensorflow/tfjs-backend-wasm', backend: 'wasm' },
  { name: '@tensorflow/tfjs-backend-cpu', backend: 'cpu' },
];

/**
 * Starts the fastest backend that is installed and works. Where none is, it does nothing: what needs one says which there are.
 */
export async function startBackend() {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  for (const { name, backend } of BACKENDS) {
    for (const place of PLACES) {
      const require = createRequire(place);
      try {
        const { setWasmPaths } = require(name);
        setWasmPaths?.(`${dirname(require.resolve(name))}/`);
        if (await setBackend(backend)) return; // false or an error also where the package brought a tfjs-core of its own
      } catch {
        // Not installed, or its native part does not load here: the next one.
      }
    }
  }
}
