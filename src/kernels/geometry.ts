import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { describe } from '../validate';

/** Height, width, padding, strides and dilations of a convolution, as tfjs works them out. */
export type ConvGeometry = tf.backend_util.Conv2DInfo;

/** Attributes of a two-dimensional convolution and of its gradients. Those left out have tfjs's defaults. */
export interface ConvAttributes {
  /** Pixels from one window to the next, along height and width. */
  strides: number | [height: number, width: number];
  /** Pixels from one kernel element to the next. Default 1. */
  dilations?: number | [height: number, width: number] | undefined;
  /** Zeros around the picture: `'same'`, `'valid'`, pixels on each side, or `[[0, 0], [top, bottom], [left, right], [0, 0]]`. */
  pad: 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
  /** How a window that does not fit whole is counted when `pad` is a number. */
  dimRoundingMode?: 'floor' | 'round' | 'ceil' | undefined;
  /** Order of the axes; only `'NHWC'` is computed here. Default `'NHWC'`. */
  dataFormat?: string | undefined;
}

/**
 * Works out where the windows of a convolution lie.
 *
 * @param where The kernel that asks, for the message.
 * @param inputShape `[n, h, w, c]`.
 * @param filterShape `[kh, kw, c, filters]`, or `[kh, kw, c, multiplier]` if depthwise.
 * @param attributes Strides, dilations and padding.
 * @param depthwise Whether every channel has filters of its own.
 * @returns The geometry.
 * @throws InputError if the axes are not in the order NHWC.
 */
export function convGeometry(
  where: string,
  inputShape: number[],
  filterShape: number[],
  { strides, dilations, pad, dimRoundingMode, dataFormat = 'NHWC' }: ConvAttributes,
  depthwise = false,
): ConvGeometry {
  if (dataFormat !== 'NHWC') {
    const remedy = 'Put the channels last, with tf.transpose(x, [0, 2, 3, 1]).';
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

/** Whether a convolution skips pixels between the elements of its kernel. */
export function isDilated({ dilationHeight, dilationWidth }: ConvGeometry): boolean {
  return dilationHeight > 1 || dilationWidth > 1;
}

/**
 * The part of pictures that begins `top` rows above and `left` columns left of their corner, zero outside them. A negative
 * `top` or `left` begins inside.
 *
 * @param x `[n, h, w, c]`; borrowed.
 * @param top Rows above the picture.
 * @param left Columns left of it.
 * @param height Rows of the result.
 * @param width Columns of the result.
 * @returns `[n, height, width, c]`; `x` itself if it is just that.
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
 * Pulls pixels apart: each is followed by zeros, so that neighbours lie a stride apart.
 *
 * @param x `[n, h, w, c]`; borrowed.
 * @param strideHeight Rows from one to the next, at least 1.
 * @param strideWidth Columns from one to the next, at least 1.
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
 * What the windows of the input gradient see: the output gradient, pulled apart by the strides, in a frame from which a
 * convolution without padding gives the size of the input.
 *
 * @param dy `[n, oh, ow, filters]`; borrowed.
 * @param geometry Of the forward convolution.
 * @returns `[n, h + (kh - 1) * dilation, w + (kw - 1) * dilation, filters]`.
 */
export function frameForInputGradient(dy: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D {
  const { strideHeight, strideWidth, effectiveFilterHeight, effectiveFilterWidth, padInfo } = geometry;
  const [rows, columns] = [effectiveFilterHeight - 1, effectiveFilterWidth - 1];
  const { inHeight, inWidth } = geometry;
  const apart = spread(dy, strideHeight, strideWidth);
  return frame(apart, rows - padInfo.top, columns - padInfo.left, inHeight + rows, inWidth + columns);
}
