import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it, vi } from 'vitest';
import { BackendError } from '../../src/errors';
import { ensureBackend } from '../../src/image/backend';

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

  it('says so when the backends that are registered do not start', async () => {
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
