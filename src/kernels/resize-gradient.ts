import * as tf from '@tensorflow/tfjs-core';

/** The attributes of tfjs's resizing. */
export interface ResizeAttributes {
  alignCorners?: boolean | undefined;
  halfPixelCenters?: boolean | undefined;
}

/** For each position along one side of the result: the two source pixels and the weight of the second. */
type Places = readonly (readonly [lower: number, upper: number, share: number])[];

/**
 * Computes the gradient of nearest-neighbor or bilinear resizing. Resizing is linear, with a matrix for the rows and one for the columns;
 * the gradient is the product with the transposed matrices. tfjs's CPU kernels mix up the images of a batch, and height and width.
 *
 * @param dy The gradient of the result, `[n, oh, ow, c]` float32; borrowed.
 * @param inputShape `[n, h, w, c]`.
 * @param attributes The positions of the pixel centers.
 * @returns `[n, h, w, c]` float32; owned by the caller.
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

/** The matrix `[side, places]` that distributes the gradient at each position to its pixels. */
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
