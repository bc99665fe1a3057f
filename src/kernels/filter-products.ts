import * as tf from '@tensorflow/tfjs-core';
import { type ConvGeometry, frame } from './geometry';

/**
 * Computes the gradient of a convolution with stride 1 with respect to its filter, as matrix products: for each kernel element and image,
 * the transposed shifted input times the output gradient, then the sum over the images. GPU backends compute these products in parallel;
 * their own kernel loops over batch, height and width for each weight.
 *
 * @param x The input of the convolution, `[n, h, w, c]` float32; borrowed.
 * @param dy The gradient of its output, `[n, oh, ow, filters]` float32; borrowed.
 * @param geometry The geometry of the convolution, with strides of 1.
 * @returns `[kh, kw, c, filters]` float32; owned by the caller.
 */
export function filterGradientByProducts(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { padInfo, outHeight, outWidth, filterHeight, filterWidth, dilationHeight, dilationWidth } = geometry;
  const { effectiveFilterHeight, effectiveFilterWidth } = geometry;
  const [n, , , channels] = x.shape;
  const places = outHeight * outWidth;
  return tf.tidy(() => {
    const [height, width] = [outHeight + effectiveFilterHeight - 1, outWidth + effectiveFilterWidth - 1];
    const seen = frame(x, padInfo.top, padInfo.left, height, width);
    const rows = tf.reshape(dy, [n, places, dy.shape[3]]);
    const product = (top: number, left: number) =>
      tf.tidy(() => {
        const shifted = tf.slice(seen, [0, top, left, 0], [n, outHeight, outWidth, channels]);
        return tf.sum(tf.matMul(tf.reshape(shifted, [n, places, channels]), rows, true), 0); // [c, filters]
      });
    const products: tf.Tensor[] = [];
    for (let i = 0; i < filterHeight; i++) {
      for (let j = 0; j < filterWidth; j++) products.push(product(i * dilationHeight, j * dilationWidth));
    }
    return tf.reshape(tf.stack(products), geometry.filterShape);
  });
}
