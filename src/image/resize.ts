import * as tf from '@tensorflow/tfjs-core';

/**
 * The weights with which one axis of `from` pixels becomes one of `to` pixels, as a matrix whose columns sum to 1.
 *
 * A smaller axis takes the mean over the area that each new pixel covers (as OpenCV's INTER_AREA), so that fine structure
 * turns to gray instead of noise. A larger axis is interpolated linearly between pixel centres (as OpenCV's
 * INTER_LINEAR), with the border pixels repeated.
 *
 * @param from Length of the axis, at least 1.
 * @param to Length wanted, at least 1.
 * @returns [from * to] row-major: the weight of old pixel j in new pixel i stands at `j * to + i`.
 */
export function resizeWeights(from: number, to: number): Float32Array {
  const weights = new Float32Array(from * to);
  const scale = from / to;
  for (let i = 0; i < to; i++) {
    if (scale >= 1) {
      const [start, end] = [i * scale, (i + 1) * scale];
      for (let j = Math.floor(start); j < Math.min(end, from); j++) {
        weights[j * to + i] = Math.max(0, Math.min(end, j + 1) - Math.max(start, j)) / scale;
      }
    } else {
      const centre = Math.min(Math.max((i + 0.5) * scale - 0.5, 0), from - 1);
      const left = Math.floor(centre);
      weights[left * to + i] = 1 - (centre - left);
      if (centre > left) weights[(left + 1) * to + i] = centre - left;
    }
  }
  return weights;
}

/**
 * Resizes gray images by {@link resizeWeights}, each axis on its own, as matrix products: the same numbers on every
 * backend, whatever its own resize kernels do. An axis that already has its length costs nothing.
 *
 * @param images [n, h, w, 1] float32; borrowed.
 * @param size Height and width wanted, at least 1 each.
 * @returns [n, height, width, 1] float32; the caller's.
 */
export function resize(images: tf.Tensor4D, [height, width]: readonly [height: number, width: number]): tf.Tensor4D {
  return tf.tidy(() => {
    const [n, h, w] = images.shape;
    let x: tf.Tensor = images;
    if (w !== width) {
      const columns = tf.tensor2d(resizeWeights(w, width), [w, width]);
      x = tf.matMul(tf.reshape(x, [n * h, w]), columns); // [n * h, width]
    }
    if (h !== height) {
      const rows = tf.tensor2d(resizeWeights(h, height), [h, height]);
      x = tf.matMul(tf.expandDims(rows, 0), tf.reshape(x, [n, h, width]), true); // [n, height, width]
    }
    return tf.reshape(x, [n, height, width, 1]);
  });
}
