import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../errors';

/** Private members of tfjs's GPU backends. */
interface GpuBackend {
  /** WebGL: its context. */
  gpgpu?: { gl: WebGLRenderingContext };
  /** WebGPU: its device. */
  device?: { lost: Promise<unknown> };
}

/** A context or device, and the callbacks that wait for its loss. */
interface Device {
  readonly kind: string;
  readonly isLost: () => boolean;
  readonly waiting: Set<() => void>;
}

const devices = new WeakMap<object, Device>();

/**
 * Waits for a result from a backend, and rejects if its GPU device is lost. Browsers take the device away when a driver restarts or too
 * many pages use it. tfjs then returns wrong numbers or never settles.
 *
 * @param result The result to wait for. Default: none, which checks for an earlier loss.
 * @param backend The backend that computes it. Default: the active one.
 * @throws {@link BackendError} if the WebGL context or WebGPU device is lost, now or since this function first saw it.
 */
export async function unlessLost<T = void>(result?: Promise<T>, backend: tf.KernelBackend = tf.backend()): Promise<T> {
  const device = deviceOf(backend as tf.KernelBackend & GpuBackend);
  if (!device) return result as Promise<T>;
  let stop = () => {};
  const loss = new Promise<void>((resolve) => (stop = resolve));
  device.waiting.add(stop);
  try {
    if (device.isLost()) stop();
    await Promise.race([loss, result]);
    if (device.isLost()) throw lost(device.kind);
    return await (result as Promise<T>);
  } finally {
    device.waiting.delete(stop);
  }
}

function deviceOf({ gpgpu, device }: GpuBackend): Device | undefined {
  const key = gpgpu?.gl ?? device;
  if (!key) return undefined;
  const known = devices.get(key);
  if (known) return known;
  const waiting = new Set<() => void>();
  let happened = false;
  const happen = () => {
    happened = true;
    for (const stop of waiting) stop();
  };
  // isContextLost() is not enough: browsers may restore a lost context without its data.
  gpgpu?.gl.canvas.addEventListener('webglcontextlost', happen);
  void device?.lost.then(happen);
  const watched = {
    kind: gpgpu ? 'WebGL context' : 'WebGPU device',
    isLost: () => happened || gpgpu?.gl.isContextLost() === true,
    waiting,
  };
  devices.set(key, watched);
  return watched;
}

function lost(kind: string): BackendError {
  return new BackendError({
    where: '',
    expected: `a ${kind} in use`,
    received: 'one that the browser took away',
    remedy: 'Reload the page, or call tf.setBackend with another backend and load the classifier again.',
  });
}
