import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { describe } from '../validate';

/** The height, width, padding, strides and dilations of a convolution, as tfjs computes them. */
export type ConvGeometry = tf.backend_util.Conv2DInfo;

/** The attributes of a two-dimensional convolution and its gradients, with tfjs's defaults. */
export interface ConvAttributes {
  /** The strides in pixels. */
  strides: number | [height: number, width: number];
  /** The dilations in pixels. Default 1. */
  dilations?: number | [height: number, width: number] | undefined;
  /** The zero padding: `'same'`, `'valid'`, pixels on each side, or `[[0, 0], [top, bottom], [left, right], [0, 0]]`. */
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  /** The rounding of the output size if `pad` is a number. */
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
  /** The data format; only `'NHWC'` is supported. Default `'NHWC'`. */
  dataFormat?: string | undefined;
}

/**
 * Computes the geometry of a convolution.
 *
 * @param inputShape `[n, h, w, c]`.
 * @param filterShape `[kh, kw, c, filters]`, or `[kh, kw, c, multiplier]` if depthwise.
 * @throws InputError if the data format is not NHWC.
 */
export function convGeometry(
  where: string,
  inputShape: number[],
  filterShape: number[],
  { strides, dilations, pad, dimRoundingMode, dataFormat = 'NHWC' }: ConvAttributes,
  depthwise = false,
): ConvGeometry {
  if (dataFormat !== 'NHWC') {
    const remedy = 'Convert it with tf.transpose(x, [0, 2, 3, 1]).';
    throw inputError(where, "dataFormat 'NHWC'", describe(dataFormat), remedy);
  }
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

/** Whether a convolution is dilated. */
export function isDilated({ dilationHeight, dilationWidth }: ConvGeometry): boolean {
  return dilationHeight > 1 || dilationWidth > 1;
}

/**
 * Crops and zero-pads images to a frame that begins `top` rows above and `left` columns left of their corner. Negative numbers begin
 * inside.
 *
 * @param x `[n, h, w, c]`; borrowed.
 * @returns `[n, height, width, c]`; `x` itself if nothing changes.
 */
export function frame(x: tf.Tensor4D, top: number, left: number, height: number, width: number): tf.Tensor4D {
  const [n, h, w, channels] = x.shape;
  if (top === 0 && left === 0 && height === h && width === w) return x;
  const [bottom, right] = [height - h - top, width - w - left];
  const outside = [top, bottom, left, right].map((size) => Math.max(size, 0)) as [number, number, number, number];
  const [rows, columns] = [height - outside[0] - outside[1], width - outside[2] - outside[3]];
  const begin = [0, Math.max(-top, 0), Math.max(-left, 0), 0];
  const inside = rows === h && columns === w ? x : tf.slice(x, begin, [n, rows, columns, channels]);
  return tf.pad(inside, [[0, 0], [outside[0], outside[1]], [outside[2], outside[3]], [0, 0]]); // prettier-ignore
}

/**
 * Inserts zeros between pixels, so that neighbors are one stride apart.
 *
 * @param x `[n, h, w, c]`; borrowed.
 * @param strideHeight The stride along the height, at least 1.
 * @param strideWidth The stride along the width, at least 1.
 * @returns `[n, h * strideHeight, w * strideWidth, c]`; `x` itself if both strides are 1.
 */
export function spread(x: tf.Tensor4D, strideHeight: number, strideWidth: number): tf.Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return x;
  const [n, h, w, c] = x.shape;
  const columns = tf.pad(tf.reshape(x, [n * h * w, 1, c]), [[0, 0], [0, strideWidth - 1], [0, 0]]); // prettier-ignore
  const rows = tf.pad(tf.reshape(columns, [n * h, 1, w * strideWidth * c]), [[0, 0], [0, strideHeight - 1], [0, 0]]); // prettier-ignore
  return tf.reshape(rows, [n, h * strideHeight, w * strideWidth, c]);
}

/**
 * Prepares the output gradient for the input gradient: inserts zeros by the strides, and pads so that a convolution without padding
 * returns the size of the input.
 *
 * @param dy `[n, oh, ow, filters]`; borrowed.
 * @param geometry The geometry of the forward convolution.
 * @returns `[n, h + (kh - 1) * dilation, w + (kw - 1) * dilation, filters]`.
 */
export function frameForInputGradient(dy: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth, padInfo } = geometry;
  const [rows, columns] = [effectiveFilterHeight - 1, effectiveFilterWidth - 1];
  const { inHeight, inWidth } = geometry;
  const apart = spread(dy, strideHeight, strideWidth);
  return frame(apart, rows - padInfo.top, columns - padInfo.left, inHeight + rows, inWidth + columns);
}
