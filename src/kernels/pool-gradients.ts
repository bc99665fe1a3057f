import * as tf from '@tensorflow/tfjs-core';
import { wasmRoom, wasmValues } from '../tfjs/wasm-memory';
import { type ConvGeometry, frameForInputGradient } from './geometry';

/** The attributes of tfjs's pooling gradients. */
export interface PoolGradientAttributes {
  filterSize: number | [height: number, width: number];
  strides: number | [height: number, width: number];
  pad: 'same' | 'valid' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
}

/** The geometry of a pooling. */
export function poolGeometry(inputShape: number[], attributes: PoolGradientAttributes): ConvGeometry {
  const { filterSize, strides, pad, dimRoundingMode } = attributes;
  const shape = inputShape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
}

/**
 * Computes the gradient of average pooling: distributes each output's gradient equally over the pixels in its window. The kernels of tfjs
 * wrongly count pixels outside the image too.
 *
 * @param dy The gradient of the output, `[n, oh, ow, c]` float32; borrowed.
 * @returns `[n, h, w, c]` float32; owned by the caller.
 */
export function averagePoolGradient(dy: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { filterHeight, filterWidth, inHeight, inWidth, outHeight, outWidth, padInfo } = geometry;
  const rows = seenByWindows(outHeight, geometry.strideHeight, filterHeight, padInfo.top, inHeight);
  const columns = seenByWindows(outWidth, geometry.strideWidth, filterWidth, padInfo.left, inWidth);
  const area = filterHeight * filterWidth;
  const shares = rows.flatMap((height) => columns.map((width) => area / Math.max(1, height * width)));
  return tf.tidy(() => {
    const parts = tf.mul<tf.Tensor4D>(dy, tf.tensor4d(shares, [1, outHeight, outWidth, 1]));
    return tf.avgPool(frameForInputGradient(parts, geometry), [filterHeight, filterWidth], 1, 'valid');
  });
}

/** The number of pixels inside the image of each window along one side. */
function seenByWindows(windows: number, stride: number, size: number, before: number, side: number): number[] {
  return Array.from({ length: windows }, (_, i) => {
    const begin = i * stride - before;
    return Math.min(begin + size, side) - Math.max(begin, 0);
  });
}

/**
 * Computes the gradient of max pooling on the WASM backend: each output's gradient goes to the first maximum of its window.
 *
 * @param x The input of the pooling, `[n, h, w, c]` float32; borrowed.
 * @param dy The gradient of its output, `[n, oh, ow, c]` float32; borrowed.
 * @returns `[n, h, w, c]` float32; owned by the caller.
 */
export function maxPoolGradientOnWasm(x: tf.TensorInfo, dy: tf.TensorInfo, geometry: ConvGeometry): tf.TensorInfo {
  const { batchSize, inChannels: channels, inHeight, inWidth, outHeight, outWidth, padInfo } = geometry;
  const { strideHeight, strideWidth, filterHeight, filterWidth } = geometry;
  const dx = wasmRoom(x.shape);
  const [pixels, given, sums] = [wasmValues(x), wasmValues(dy), wasmValues(dx).fill(0)];
  let output = 0;
  for (let n = 0; n < batchSize; n++) {
    for (let row = 0; row < outHeight; row++) {
      const top = Math.max(0, row * strideHeight - padInfo.top);
      const bottom = Math.min(inHeight, row * strideHeight - padInfo.top + filterHeight);
      for (let column = 0; column < outWidth; column++) {
        const left = Math.max(0, column * strideWidth - padInfo.left);
        const right = Math.min(inWidth, column * strideWidth - padInfo.left + filterWidth);
        for (let channel = 0; channel < channels; channel++) {
          let best = ((n * inHeight + top) * inWidth + left) * channels + channel;
          for (let y = top; y < bottom; y++) {
            let at = ((n * inHeight + y) * inWidth + left) * channels + channel;
            for (let x = left; x < right; x++, at += channels) if (pixels[at]! > pixels[best]!) best = at;
          }
          sums[best]! += given[output++]!;
        }
      }
    }
  }
  return dx;
}
