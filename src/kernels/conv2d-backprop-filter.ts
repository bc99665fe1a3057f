import * as tf from '@tensorflow/tfjs-core';
import { type ConvGeometry, frame } from './geometry';

/**
 * The maximum number of products in one sum. WASM sums sequentially in float32: the relative error over this many numbers is 1e-4 for
 * equal and 1e-5 for random ones. 16 images of 48×48 have this many pixels.
 */
const LONGEST_SUM = 16 * 48 * 48;

/**
 * Computes the gradient of a convolution with respect to its filter. This is a convolution too: the channels of the input are its batch,
 * the output gradient is its filter, and strides and dilations are swapped. Large batches are halved so that sums stay short.
 *
 * @param x The input of the convolution, `[n, h, w, c]` float32; borrowed.
 * @param dy The gradient of its output, `[n, oh, ow, filters]` float32; borrowed.
 * @param geometry The geometry of the convolution; its batch size is ignored.
 * @returns `[kh, kw, c, filters]` float32; owned by the caller.
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
