import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';

const require = createRequire(import.meta.url);

/** Names of the backends that the examples can use, fastest first. */
export const BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

/** Name of one of {@link BACKENDS}. */
export type BackendName = (typeof BACKENDS)[number];

/** Backends to train on, the best first. */
export const TRAINING_BACKENDS = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const satisfies readonly BackendName[];

const START: Record<BackendName, () => Promise<void> | void> = {
  tensorflow: () => {
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
    require('@tensorflow/tfjs-node');
  },
  webgpu: async () => {
    const { create, globals } = require('webgpu') as { create: (options: string[]) => unknown; globals: object };
    Object.assign(globalThis, globals);
    Object.defineProperty(navigator, 'gpu', { value: create([]), configurable: true });
    await import('@tensorflow/tfjs-backend-webgpu');
  },
  wasm: async () => {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  },
  cpu: async () => {
    await import('@tensorflow/tfjs-backend-cpu');
  },
};

/** Starts a backend and makes it the active one. Throws if its package is missing or it does not start. */
export async function activate(name: BackendName): Promise<void> {
  await START[name]();
  if (!(await tf.setBackend(name))) throw new Error('it did not start');
}

/**
 * Starts the backend asked for or, if none is, the first of `candidates` that is installed and starts; says which on the
 * error stream.
 */
export async function startBackend(
  wanted: string | undefined,
  candidates: readonly BackendName[],
): Promise<BackendName> {
  if (wanted !== undefined && !BACKENDS.includes(wanted as BackendName)) {
    throw new Error(`--backend ${wanted}: expected one of ${BACKENDS.join(', ')}`);
  }
  const names = wanted === undefined ? candidates : [wanted as BackendName];
  let reason: unknown;
  for (const name of names) {
    try {
      await activate(name);
      console.error(`backend: ${name}`);
      return name;
    } catch (error) {
      reason = error;
    }
  }
  const message = reason instanceof Error ? reason.message.split('\n')[0] : String(reason);
  throw new Error(`backend ${names.join(', ')}: ${message}. Install its package; see docs/backends.md.`);
}

/**
 * glibc returns large buffers to the kernel at every training step, which costs time. On Linux this starts the
 * program anew with an allocator that keeps them; elsewhere, and in the new process, it returns at once.
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
  const code = await new Promise<number>((resolve) => child.on('exit', (status) => resolve(status ?? 1)));
  process.exit(code);
}
