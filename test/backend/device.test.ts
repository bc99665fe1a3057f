import { within } from '../../src/errors';
import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { BackendError } from '../../src/errors';
import { unlessLost } from '../../src/backend/device';

/** Backends with nothing but what can be lost, and the way to lose it. */
function webgl(): { backend: tf.KernelBackend; lose: () => void; giveBack: () => void } {
  const canvas = new EventTarget();
  let isLost = false;
  const gl = { canvas, isContextLost: () => isLost };
  return {
    backend: { gpgpu: { gl } } as unknown as tf.KernelBackend,
    lose() {
      isLost = true;
      canvas.dispatchEvent(new Event('webglcontextlost'));
    },
    giveBack: () => (isLost = false),
  };
}

function webgpu(): { backend: tf.KernelBackend; lose: () => void } {
  let lose = () => {};
  const lost = new Promise<void>((resolve) => (lose = resolve));
  return { backend: { device: { lost } } as unknown as tf.KernelBackend, lose };
}

const never = new Promise<never>(() => {});

describe.each([
  ['WebGL context', webgl],
  ['WebGPU device', webgpu],
])('waiting for a backend with a %s', (kind, create) => {
  it('returns the result, or rejects with its error', async () => {
    const { backend } = create();
    expect(await within('here', () => unlessLost(Promise.resolve(7), backend))).toBe(7);
    await expect(within('here', () => unlessLost(Promise.reject(new Error('other')), backend))).rejects.toThrow(
      'other',
    );
  });

  it('rejects when the device is lost and the result never arrives', async () => {
    const { backend, lose } = create();
    const waiting = within('here', () => unlessLost(never, backend));
    lose();
    await expect(waiting).rejects.toThrow(BackendError);
    await expect(waiting).rejects.toThrow(`here: expected a ${kind} in use, received one that the browser took away.`);
  });

  it('rejects immediately after a loss', async () => {
    const { backend, lose } = create();
    await within('here', () => unlessLost(undefined, backend));
    lose();
    await expect(within('here', () => unlessLost(Promise.resolve(7), backend))).rejects.toThrow(BackendError);
    await expect(within('here', () => unlessLost(Promise.reject(new Error('other')), backend))).rejects.toThrow(
      BackendError,
    );
  });
});

describe('waiting for a backend', () => {
  it('treats a restored WebGL context as lost', async () => {
    const { backend, lose, giveBack } = webgl();
    await within('here', () => unlessLost(undefined, backend));
    lose();
    giveBack();
    await expect(within('here', () => unlessLost(undefined, backend))).rejects.toThrow(BackendError);
  });

  it('only waits on backends without a GPU', async () => {
    expect(await within('here', () => unlessLost(Promise.resolve(7), {} as tf.KernelBackend))).toBe(7);
  });
});
