import * as tf from '@tensorflow/tfjs-core';
import type { NativeAttributes } from './native';
import { hasNativeOperations, runNative } from './native';

/** The windows of a pooling: sides and steps in pixels, and the padding. */
export interface PoolAttributes {
  poolSize: [height: number, width: number];
  strides: [height: number, width: number];
  pad: 'same' | 'valid';
}

/**
 * Max pooling whose gradient uses all cores on the native backend. TensorFlow's own goes through the picture on a single one; oneDNN's,
 * which builds for x86 processors have within, takes a third of the time. Elsewhere it is tfjs's.
 *
 * @param x Input, `[n, h, w, c]` float32; borrowed.
 * @param attributes Windows and padding; channels last.
 * @returns `[n, oh, ow, c]`, differentiable; the caller's.
 * @example
 * ```ts
 * const y = maxPoolInTraining(x, { poolSize: [2, 2], strides: [2, 2], pad: 'valid' });
 * ```
 */
export function maxPoolInTraining(x: tf.Tensor4D, attributes: PoolAttributes): tf.Tensor4D {
  const { poolSize, strides, pad } = attributes;
  return hasNativeOperations() && oneDnnPools() ? pool(x, attributes) : tf.maxPool(x, poolSize, strides, pad);
}

function pool(x: tf.Tensor4D, attributes: PoolAttributes): tf.Tensor4D {
  const operation = tf.customGrad((...args) => {
    const [x, save] = args as unknown as [tf.Tensor4D, tf.GradSaveFunc];
    const [y, workspace] = runNative('_MklNativeMaxPool', [x], 2, ['T'], nativeAttributes(attributes));
    save([x, y!, workspace!]);
    const gradFunc = (dy: tf.Tensor, [x, y, workspace]: tf.Tensor[]) =>
      runNative('_MklNativeMaxPoolGrad', [x!, y!, dy, workspace!], 1, ['T'], nativeAttributes(attributes))[0]!;
    return { value: y!, gradFunc };
  });
  return operation(x) as tf.Tensor4D;
}

function nativeAttributes({ poolSize, strides, pad }: PoolAttributes): NativeAttributes {
  return {
    ksize: [1, ...poolSize, 1],
    strides: [1, ...strides, 1],
    padding: pad.toUpperCase(),
    explicit_paddings: [],
    data_format: 'NHWC',
    workspace_enabled: true,
    _kernel: 'MklNameChangeOp', // the mark by which TensorFlow finds its kernels of oneDNN
  };
}

let known: boolean | undefined;

/** Whether this build of TensorFlow has oneDNN's pooling, which it does not name to the outside: tried once, both ways. */
function oneDnnPools(): boolean {
  known ??= tf.tidy(() => {
    try {
      const attributes: PoolAttributes = { poolSize: [2, 2], strides: [2, 2], pad: 'valid' };
      tf.grad((x) => pool(x as tf.Tensor4D, attributes))(tf.ones([1, 2, 2, 1]));
      return true;
    } catch {
      return false;
    }
  });
  return known;
}
