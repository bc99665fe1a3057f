import * as tf from '@tensorflow/tfjs-core';

/** How tfjs resizes. */
export interface ResizeAttributes {
  alignCorners?: boolean | undefined;
  halfPixelCenters?: boolean | undefined;
}

/** From a side's places in the result to its pixels: for each place the two pixels and the share of the second. */
type Places = readonly (readonly [lower: number, upper: number, share: number])[];

/**
 * Gradient of resizing, to the nearest pixel or bilinearly: resizing is linear, by a matrix for the rows and one for the columns, and its
 * gradient the product with them transposed. tfjs's plain CPU kernels take other pictures' pixels for the second picture of a batch,
 * and confuse height and width.
 *
 * @param dy Gradient of the result, `[n, oh, ow, c]` float32; borrowed.
 * @param inputShape `[n, h, w, c]`.
 * @param kind How it was resized.
 * @param attributes Where the pixels' centers lie.
 * @returns `[n, h, w, c]` float32; the caller's.
 */
export function resizeGradient(
  dy: tf.Tensor4D,
  inputShape: number[],
  kind: 'nearest' | 'bilinear',
  attributes: ResizeAttributes,
): tf.Tensor4D {
  const [n, height, width, channels] = inputShape as [number, number, number, number];
  const [, outHeight, outWidth] = dy.shape;
  return tf.tidy(() => {
    const rows = matrix(placesOf(height, outHeight, kind, attributes), height);
    const columns = matrix(placesOf(width, outWidth, kind, attributes), width);
    const shrunk = product(rows, tf.transpose(tf.reshape(dy, [n, outHeight, outWidth * channels]), [1, 0, 2]));
    const turned = tf.transpose(tf.reshape(shrunk, [height, n, outWidth, channels]), [2, 1, 0, 3]);
    return tf.transpose(tf.reshape(product(columns, turned), [width, n, height, channels]), [1, 2, 0, 3]);
  });
}

/** `matrix · x`, over the first axis of `x`. */
function product(matrix: tf.Tensor2D, x: tf.Tensor): tf.Tensor {
  return tf.matMul(matrix, tf.reshape(x, [matrix.shape[1], -1]));
}

/** The matrix `[side, places]` that hands the gradient at each place back to its pixels. */
function matrix(places: Places, side: number): tf.Tensor2D {
  const values = new Float32Array(side * places.length);
  places.forEach(([lower, upper, share], i) => {
    values[lower * places.length + i]! += 1 - share;
    values[upper * places.length + i]! += share;
  });
  return tf.tensor2d(values, [side, places.length]);
}

function placesOf(side: number, places: number, kind: 'nearest' | 'bilinear', attributes: ResizeAttributes): Places {
  const { alignCorners = false, halfPixelCenters = false } = attributes;
  const scale = alignCorners && places > 1 ? (side - 1) / (places - 1) : side / places;
  const within = (pixel: number) => Math.min(side - 1, Math.max(0, pixel));
  return Array.from({ length: places }, (_, i) => {
    if (kind === 'nearest') {
      const at = halfPixelCenters ? (i + 0.5) * scale : i * scale;
      const nearest = within(alignCorners ? Math.round(at) : Math.floor(at));
      return [nearest, nearest, 0];
    }
    const at = halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
    const lower = within(Math.floor(at));
    return [lower, within(Math.ceil(at)), at - lower];
  });
}
