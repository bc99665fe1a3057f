import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { BackendError } from '../../src/errors';
import { ensureBackend, requireBackend } from '../../src/backend/backend';
import { toImages } from '../../src/image/input';
import { createCompactCnn } from '../../src/models/compact';
import { createModel } from '../../src/storage/create-model';
import { createShallowCnn } from '../../src/models/shallow';
import { numberedDataset } from '../data/fixtures';

/** What uses a backend and cannot wait for it. */
const SYNCHRONOUS: [name: string, use: () => unknown][] = [
  ['createShallowCnn', () => createShallowCnn()],
  ['createDeepCnn', () => createModel('deep')],
  ['createCompactCnn', () => createCompactCnn()],
  ['toImages', () => within('toImages', () => toImages({ data: new Uint8Array(4), width: 2, height: 2, channels: 1 }))],
  ['Dataset.image', () => numberedDataset(2).image(0)],
  ['Dataset.toTensors', () => numberedDataset(2).toTensors()],
];

describe('synchronous functions', () => {
  it.each(SYNCHRONOUS)('name the packages to install when no backend is registered: %s', (name, use) => {
    expect(use).toThrow(BackendError);
    expect(use).toThrow(`${name}: expected a TensorFlow.js backend, received none. Import one before the first call.`);
  });
});

describe('ensureBackend', () => {
  it('names the packages to install when no backend is registered', async () => {
    const error = await ensureBackend('classify').catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BackendError);
    const { message } = error as BackendError;
    expect(message).toMatch(/^classify: expected a TensorFlow\.js backend, received none\./);
    for (const name of ['tfjs-node', 'tfjs-backend-wasm', 'tfjs-backend-webgl', 'tfjs-backend-webgpu']) {
      expect(message).toContain(`@tensorflow/${name}`);
    }
    expect((error as BackendError).cause).toBeInstanceOf(Error);
  });

  it('reports registered backends that do not start', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    tf.registerBackend('broken', () => Promise.reject(new Error('no such device')));
    await expect(ensureBackend('classify')).rejects.toThrow(/received only backends that failed to start/);
    tf.removeBackend('broken');
    warn.mockRestore();
  });

  it('returns the name of the backend once one has started', async () => {
    await import('@tensorflow/tfjs-backend-cpu');
    expect(await ensureBackend('classify')).toBe('cpu');
  });
});

describe('requireBackend', () => {
  it('names the call to await while a backend starts', async () => {
    tf.removeBackend('cpu');
    await import('@tensorflow/tfjs-backend-wasm');
    expect(() => requireBackend('toImages')).toThrow(
      'toImages: expected a TensorFlow.js backend, received one that has not started. Call `await tf.ready()` first.',
    );
    await tf.setBackend('wasm');
    expect(() => requireBackend('toImages')).not.toThrow();
  });
});
