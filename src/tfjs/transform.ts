import * as tf from '@tensorflow/tfjs-core';
import { runNative } from './native';

/**
 * What `tf.image.transform` does, interpolated linearly with the edges repeated, also on the native backend, where TensorFlow.js 4.22
 * lacks the kernel.
 *
 * @param images [n, h, w, c] float32; borrowed.
 * @param matrices [n, 8], as for `tf.image.transform`; borrowed.
 * @param size Height and width of the result in pixels.
 * @returns [n, height, width, c] float32; the caller's, or the enclosing tidy's.
 */
export function transform(
  images: tf.Tensor4D,
  matrices: tf.Tensor2D,
  size: [height: number, width: number],
): tf.Tensor4D {
  if (tf.getBackend() !== 'tensorflow') return tf.image.transform(images, matrices, 'bilinear', 'nearest', 0, size);
  return tf.tidy(() => {
    const inputs = [images, matrices, tf.tensor1d(size, 'int32'), tf.scalar(0)];
    const attributes = { interpolation: 'BILINEAR', fill_mode: 'NEAREST' };
    return runNative('ImageProjectiveTransformV3', inputs, 1, ['dtype'], attributes)[0] as tf.Tensor4D;
  });
}
