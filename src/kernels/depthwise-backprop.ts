import * as tf from '@tensorflow/tfjs-core';
import { type ConvGeometry, frame, frameForInputGradient, spread } from './geometry';

/**
 * Computes the gradient of a depthwise convolution with respect to its filter: for each kernel element, the product of the shifted input
 * and the output gradient, summed over the images. Both use the same grid, so that a shifted input is contiguous in memory.
 *
 * @param x The input of the convolution, `[n, h, w, c]` float32; borrowed.
 * @param dy The gradient of its output, `[n, oh, ow, c * multiplier]` float32; borrowed.
 * @returns `[kh, kw, c, multiplier]` float32; owned by the caller.
 */
export function depthwiseBackpropFilter(x: tf.Tensor4D, dy: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { batchSize: n, outChannels, outHeight, outWidth, filterHeight, filterWidth, padInfo } = geometry;
  const { strideHeight, strideWidth, dilationHeight, dilationWidth } = geometry;
  const [rows, columns] = [geometry.effectiveFilterHeight - 1, geometry.effectiveFilterWidth - 1];
  const [height, width] = [outHeight * strideHeight + rows, outWidth * strideWidth + columns];
  return tf.tidy(() => {
    const seen = frame(repeatChannels(x, outChannels / x.shape[3]), padInfo.top, padInfo.left, height, width);
    const grid = frame(spread(dy, strideHeight, strideWidth), 0, 0, height, width); // 0 where no window begins
    const pixels = tf.reshape(seen, [n * height * width, outChannels]);
    const tail = rows * width + columns; // the longest shift
    const padded = tf.pad(pixels, [[0, tail], [0, 0]]); // prettier-ignore
    const sums: tf.Tensor[] = [];
    for (let i = 0; i < filterHeight; i++) {
      for (let j = 0; j < filterWidth; j++) {
        const shift = i * dilationHeight * width + j * dilationWidth;
        sums.push(sumOfProducts(tf.slice(padded, [shift, 0], pixels.shape), grid));
      }
    }
    return tf.reshape(tf.stack(sums), geometry.filterShape);
  });
}

/** The sum of `a * b` over images and positions, `[channels]`. Pooling is the fastest sum on WASM; per image, it keeps the precision. */
function sumOfProducts(a: tf.Tensor, b: tf.Tensor4D): tf.Tensor1D {
  return tf.tidy(() => {
    const [, height, width] = b.shape;
    const means = tf.avgPool(tf.mul<tf.Tensor4D>(tf.reshape(a, b.shape), b), [height, width], 1, 'valid');
    return tf.mul(tf.sum(means, [0, 1, 2]), height * width);
  });
}

/** Repeats each channel, in the order of the outputs of a depthwise convolution. */
function repeatChannels(x: tf.Tensor4D, times: number): tf.Tensor4D {
  if (times === 1) return x;
  const [n, h, w, channels] = x.shape;
  return tf.reshape(tf.tile(tf.reshape(x, [n * h * w, channels, 1]), [1, 1, times]), [n, h, w, channels * times]);
}

/**
 * Computes the gradient of a depthwise convolution with respect to its input: the depthwise convolution of the output gradient with the
 * filter rotated by 180 degrees, summed over the multiplier.
 *
 * @param dy The gradient of the output, `[n, oh, ow, c * multiplier]` float32; borrowed.
 * @param filter The filter of the convolution, `[kh, kw, c, multiplier]` float32; borrowed.
 * @returns `[n, h, w, c]` float32; owned by the caller.
 */
export function depthwiseBackpropInput(dy: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { outChannels, inShape, dilationHeight, dilationWidth } = geometry;
  const [height, width, channels, multiplier] = filter.shape;
  return tf.tidy(() => {
    const seen = frameForInputGradient(dy, geometry);
    const turned = tf.reshape(tf.reverse(filter, [0, 1]), [height, width, outChannels, 1] as const);
    const each = tf.depthwiseConv2d(seen, turned as tf.Tensor4D, 1, 'valid', 'NHWC', [dilationHeight, dilationWidth]);
    if (multiplier === 1) return each;
    return tf.reshape(tf.sum(tf.reshape(each, [-1, channels, multiplier]), 2), inShape);
  });
}
