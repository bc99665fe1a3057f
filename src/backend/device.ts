import * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../errors';

/** What is used here of tfjs's GPU backends and not public there. */
interface GpuBackend {
  /** WebGL: its context. */
  gpgpu?: { gl: WebGLRenderingContext };
  /** WebGPU: its device. */
  device?: { lost: Promise<unknown> };
}

/** A context or device, and who waits for something on it. */
interface Device {
  readonly kind: string;
  readonly isLost: () => boolean;
  readonly waiting: Set<() => void>;
}

const devices = new WeakMap<object, Device>();

/**
 * Waits for a result from a backend, unless the graphics card is taken away from it: a browser does that when a driver starts anew
 * or when too many pages want the card. tfjs does not tell; it gives wrong numbers or none, ever.
 *
 * @param where The function that was called, for the message.
 * @param result What to wait for. Default: nothing, so that only a loss in the past counts.
 * @param backend The backend that computes it. Default: the active one.
 * @returns The result.
 * @throws {@link BackendError} if the WebGL context or WebGPU device is lost, now or since this function first saw it.
 * @example
 * ```ts
 * const values = await unlessLost('my program', tensor.data());
 * ```
 */
export async function unlessLost<T = void>(
  where: string,
  result?: Promise<T>,
  backend: tf.KernelBackend = tf.backend(),
): Promise<T> {
  const device = deviceOf(backend as unknown as GpuBackend);
  if (!device) return result as Promise<T>;
  let stop = () => {};
  const loss = new Promise<void>((resolve) => (stop = resolve));
  device.waiting.add(stop);
  try {
    if (device.isLost()) stop();
    await Promise.race([loss, result]);
    if (device.isLost()) throw lost(where, device.kind);
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
  // A browser may give a lost context back, but empty, so that what isContextLost() says is not enough.
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

function lost(where: string, kind: string): BackendError {
  return new BackendError({
    where,
    expected: `a ${kind} in use`,
    received: 'one that the browser took away',
    remedy: 'Choose another backend with tf.setBackend and load the classifier again, or reload the page.',
  });
}
