import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';

/** A stretch of an axis, in pixels; it may be of any length above 0 and reach over both ends. */
export interface Stretch {
  /** Where it begins, counted from the edge of the image. */
  readonly start: number;
  /** Its length, above 0. */
  readonly length: number;
}

/**
 * The weights with which a stretch of one axis becomes an axis of `to` pixels, as a matrix whose columns sum to 1. Beyond
 * the ends of the axis the border pixels are repeated.
 *
 * A stretch that shrinks takes the mean over the area that each new pixel covers (as OpenCV's INTER_AREA), so that fine
 * structure turns to gray instead of noise. One that grows is interpolated linearly between pixel centers (as OpenCV's
 * INTER_LINEAR).
 *
 * @param from Length of the axis, at least 1.
 * @param to Length wanted, at least 1.
 * @param stretch What of the axis is taken. Default: all of it.
 * @returns [from * to] row-major: the weight of old pixel j in new pixel i is at `j * to + i`.
 */
export function resizeWeights(
  from: number,
  to: number,
  { start, length }: Stretch = { start: 0, length: from },
): Float32Array {
  const weights = new Float32Array(from * to);
  const scale = length / to;
  const add = (j: number, i: number, weight: number): void => {
    weights[Math.min(Math.max(j, 0), from - 1) * to + i]! += weight;
  };
  for (let i = 0; i < to; i++) {
    if (scale >= 1) {
      const [first, end] = [start + i * scale, start + (i + 1) * scale];
      for (let j = Math.floor(first); j < end; j++) {
        add(j, i, Math.max(0, Math.min(end, j + 1) - Math.max(first, j)) / scale);
      }
    } else {
      const center = start + (i + 0.5) * scale - 0.5;
      const left = Math.floor(center);
      add(left, i, 1 - (center - left));
      add(left + 1, i, center - left);
    }
  }
  return weights;
}

/**
 * A stretch of the rows of images, resized by {@link resizeWeights}. Products have no transposed factor, since those take ten times as
 * long on WASM.
 *
 * @param images [n, h, k] float32; borrowed.
 * @param to Number of rows wanted, at least 1.
 * @param stretch What of the rows is taken. Default: all.
 * @returns [n, to, k] float32; the enclosing tidy's.
 */
export function resizeRows(images: tf.Tensor3D, to: number, stretch?: Stretch): tf.Tensor3D {
  return tf.matMul(tf.expandDims(tf.transpose(weightsOf(images.shape[1], to, stretch)), 0), images);
}

/** The same of the columns, [m, w, c] to [m, to, c]. */
export function resizeColumns(images: tf.Tensor3D, to: number, stretch?: Stretch): tf.Tensor3D {
  const [m, w, c] = images.shape;
  const planes = c === 1 ? images : tf.transpose(images, [0, 2, 1]); // [m, c, w]
  const resized = tf.matMul(tf.reshape(planes, [m * c, w]), weightsOf(w, to, stretch)); // [m * c, to]
  return c === 1 ? tf.reshape(resized, [m, to, 1]) : tf.transpose(tf.reshape(resized, [m, c, to]), [0, 2, 1]);
}

/** The longest side that is resized, that of the largest JPEG: the weights of longer ones fill the memory of WASM, which does not recover. */
const MAX_SIDE = 65_535;

function weightsOf(from: number, to: number, stretch: Stretch | undefined): tf.Tensor2D {
  if (from > MAX_SIDE) throw inputError('', `sides of at most ${MAX_SIDE} pixels`, `${from}`);
  return tf.tensor2d(resizeWeights(from, to, stretch), [from, to]);
}

/**
 * Resizes images by {@link resizeWeights}, each axis on its own, as matrix products: the same numbers on every
 * backend, whatever its own resize kernels do. An axis that already has its length costs nothing.
 *
 * @param images [n, h, w, c] float32; borrowed.
 * @param size Height and width wanted, at least 1 each.
 * @returns [n, height, width, c] float32; the caller's.
 */
export function resize(images: tf.Tensor4D, [height, width]: readonly [height: number, width: number]): tf.Tensor4D {
  return tf.tidy(() => {
    const [n, h, w, c] = images.shape;
    let x: tf.Tensor = images;
    if (w !== width) x = resizeColumns(tf.reshape(x, [n * h, w, c]), width);
    if (h !== height) x = resizeRows(tf.reshape(x, [n, h, width * c]), height);
    return tf.reshape(x, [n, height, width, c]);
  });
}
