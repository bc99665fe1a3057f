import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './geometry';
import { frame } from './geometry';

/**
 * Products that one sum may have. WASM sums in float32 one after another: over this many equal numbers it is off by 1e-4, over
 * random ones by 1e-5 of their size. It is as many as 16 pictures of 48×48 have.
 */
const LONGEST_SUM = 16 * 48 * 48;

/**
 * Gradient of a convolution by its filter. It is a convolution too: the channels of the input are its batch, the output
 * gradient is its filter, and strides and dilations change places. Large batches are halved so that sums stay short.
 *
 * @param x Input of the convolution, `[n, h, w, c]` float32; borrowed.
 * @param dy Gradient of its output, `[n, oh, ow, filters]` float32; borrowed.
 * @param geometry Of the convolution; its batch size does not matter.
 * @returns `[kh, kw, c, filters]` float32; the caller's.
 */
export function conv2dBackpropFilter(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  return tf.tidy(() => {
    const n = x.shape[0];
    if (n < 2 || n * geometry.outHeight * geometry.outWidth <= LONGEST_SUM) return ofBatch(x, dy, geometry);
    const half = n >> 1;
    const of = (first: number, count: number) =>
      tf.tidy(() => conv2dBackpropFilter(tf.slice(x, first, count), tf.slice(dy, first, count), geometry));
    return tf.add(of(0, half), of(half, n - half));
  });
}

function ofBatch(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { padInfo, outHeight, outWidth, effectiveFilterHeight, effectiveFilterWidth } = geometry;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = geometry;
  const height = (outHeight - 1) * strideHeight + effectiveFilterHeight;
  const width = (outWidth - 1) * strideWidth + effectiveFilterWidth;
  const seen = frame(x, padInfo.top, padInfo.left, height, width);
  const batch = tf.transpose(seen, [3, 1, 2, 0]); // [c, height, width, n]
  const filter = tf.transpose(dy, [1, 2, 0, 3]); // [oh, ow, n, filters]
  const strides: [number, number] = [dilationHeight, dilationWidth];
  const dilations: [number, number] = [strideHeight, strideWidth];
  const gradient = tf.conv2d(batch, filter, strides, 'valid', 'NHWC', dilations); // [c, kh, kw, filters]
  return tf.transpose(gradient, [1, 2, 0, 3]);
}
