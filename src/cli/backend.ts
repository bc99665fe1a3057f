import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from 'fer-cnn';

/** Names of the backends that the program can use, the fastest first. */
export const BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

/** Name of one of {@link BACKENDS}. */
export type BackendName = (typeof BACKENDS)[number];

/** The packages that bring each backend; the first that is installed is used. */
const PACKAGES: Readonly<Record<BackendName, readonly string[]>> = {
  tensorflow: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
  webgpu: ['webgpu'],
  wasm: ['@tensorflow/tfjs-backend-wasm'],
  cpu: ['@tensorflow/tfjs-backend-cpu'],
};

/** Where packages are looked for: beside this program, then beside the working directory. */
const places = () => [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href];

/**
 * Starts a backend and makes it the active one.
 *
 * @throws An error if its package is not installed or it does not start.
 */
export async function activate(name: BackendName): Promise<void> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  tf.env().set('PROD', true); // no advertisement of tfjs in the output
  let reason: unknown = new Error('none, since it is not installed');
  for (const module of PACKAGES[name]) {
    for (const place of places()) {
      const require = createRequire(place);
      try {
        require.resolve(module);
      } catch {
        continue; // not installed here
      }
      try {
        await register(name, module, require);
        if (await tf.setBackend(name)) return;
        reason = new Error('it did not start');
      } catch (error) {
        reason = error;
      }
    }
  }
  throw reason;
}

async function register(name: BackendName, module: string, require: NodeJS.Require): Promise<void> {
  const loaded: unknown = require(module);
  if (name === 'webgpu') {
    const { create, globals } = loaded as { create: (options: string[]) => unknown; globals: object };
    Object.assign(globalThis, globals);
    Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });
    require('@tensorflow/tfjs-backend-webgpu');
  }
  if (name === 'wasm') {
    const { setWasmPaths } = loaded as { setWasmPaths: (folder: string) => void };
    setWasmPaths(`${dirname(require.resolve(module))}/`);
  }
}

/**
 * Starts the backend asked for or, if none is, the fastest that is installed and works.
 *
 * @param candidates The backends to try if no name is given.
 * @throws BackendError that says what to install.
 */
export async function startBackend(
  wanted?: string,
  candidates: readonly BackendName[] = BACKENDS,
): Promise<BackendName> {
  const names = wanted === undefined ? candidates : [wanted as BackendName];
  let reason: unknown;
  for (const name of names) {
    try {
      await activate(name);
      return name;
    } catch (error) {
      reason = error;
    }
  }
  const message = reason instanceof Error ? reason.message.split('\n')[0]! : String(reason);
  const missing = PACKAGES[wanted === undefined ? 'wasm' : names[0]!].at(-1)!;
  const packages = wanted === 'webgpu' ? [missing, '@tensorflow/tfjs-backend-webgpu'] : [missing];
  const pinned = packages.map((name) => (name.startsWith('@tensorflow/') ? `${name}@${tf.version_core}` : name));
  throw new BackendError({
    where: 'fer-cnn',
    expected: wanted === undefined ? 'a TensorFlow.js backend' : `the backend ${wanted}`,
    received: wanted === undefined ? 'none that is installed' : message,
    remedy: `Install it with: npm install ${pinned.join(' ')}`,
    cause: reason,
  });
}

/**
 * glibc returns large buffers to the kernel at every training step, which costs time. On Linux this starts the program again with an
 * allocator that keeps them; elsewhere, and in the new process, it returns at once.
 */
export async function keepLargeBuffers(): Promise<void> {
  if (process.platform !== 'linux' || process.env['MALLOC_TRIM_THRESHOLD_']) return;
  const keep = {
    MALLOC_MMAP_THRESHOLD_: '17179869184',
    MALLOC_TRIM_THRESHOLD_: '17179869184',
    MALLOC_TOP_PAD_: '268435456',
  };
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    env: { ...process.env, ...keep },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => signal === 'SIGTERM' && child.kill(signal));
  const code = await new Promise<number>((resolve) => {
    child.on('exit', (status, signal) => resolve(status ?? 128 + constants.signals[signal!])); // as shells report it
  });
  process.exit(code);
}
