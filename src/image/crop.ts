import * as tf from '@tensorflow/tfjs-core';
import { inputError, within } from '../errors';
import { transform } from '../tfjs/transform';
import { object, optional, type Schema } from '../schema';
import { checkNumber, describe } from '../validate';
import { checkImages } from './check';
import { overWhite, toGray } from './gray';
import { checkPixelData, fromPixelData, isPixelData, type PixelData, pixelPart } from './pixels';
import { DEFAULT_PREPROCESSING, parseSize } from './preprocess';
import {
  parseMargin,
  type CropFrame,
  DEFAULT_MARGINS,
  type FaceRegion,
  frameOf,
  halfExtent,
  type Margins,
} from './region';
import { resizeColumns, resizeRows, type Stretch } from './resize';

/**
 * Options of {@link cropFaces}.
 */
export interface CropOptions {
  /** Height and width of the crops in pixels, 1..4096. Default [48, 48]. */
  size?: readonly [height: number, width: number] | undefined;
  /**
   * How much around the face's box is taken, as a share of its longer side, -0.45..10: one number for all sides, or one for
   * each. Where the eyes are given, the box is the one that belongs to them. Default: what makes the crop show as much as
   * FER2013's images do (0.1 left and right, 0.19 above, 0 below). 0 suits boxes that are framed so already.
   */
  margin?: number | Margins | undefined;
}

const DEFAULT_SIZE = DEFAULT_PREPROCESSING.inputSize;

const parse = object({
  size: optional(parseSize, DEFAULT_SIZE),
  margin: optional(parseMargin, DEFAULT_MARGINS),
} satisfies Schema<CropOptions>);

/** Samples along each axis of a new pixel where a crop is turned and shrunk: its patch has that many pixels for it. */
const SAMPLES = 2;

/**
 * Cuts faces out of an image as FER2013 frames them, all of one size, ready for {@link preprocess}. Where the eyes are
 * given, each face is turned upright and scaled so that they stand where FER2013 has them.
 *
 * What shrinks is averaged over areas, what grows is interpolated linearly; beyond the edges the border pixels are repeated.
 * The numbers are the same on every backend.
 *
 * @param image One image, [h, w, c] or [1, h, w, c], float32 or int32 0..255, c = 1 (gray), 3 (RGB) or 4 (RGBA, laid over
 *   white); borrowed.
 * @param regions The faces, in pixels of the image. They may reach over its edges.
 * @param options Size and margin.
 * @returns [k, height, width, c] float32 0..255, c = 1 or 3, in the order of the regions (k = 0 for none); the caller's.
 * @throws {@link InputError} if the image, a region or an option is not valid, or a region lies outside of the image.
 * @example
 * ```ts
 * const faces = cropFaces(photo, [{ box: { x: 175, y: 60, width: 95, height: 110 } }]); // [1, 48, 48, 3]
 * ```
 */
export function cropFaces(
  image: tf.Tensor3D | tf.Tensor4D,
  regions: readonly FaceRegion[],
  options: CropOptions = {},
): tf.Tensor4D {
  return within('cropFaces', () => cropFor(3, image, regions, options));
}

/** An image of which parts become tensors [1, rows, columns, c] float32 0..255. */
interface Picture {
  readonly size: readonly [height: number, width: number];
  readonly channels: number;
  part(top: number, left: number, rows: number, columns: number): tf.Tensor4D;
}

/**
 * What {@link cropFaces} does for a model of `channels` channels: 1 for gray, a third of the work, or 3.
 *
 * @param image As for {@link cropFaces}, or decoded pixels, of which only what the faces need becomes a tensor.
 * @returns [k, height, width, 1] or as {@link cropFaces}, float32 0..255; the caller's.
 */
export function cropFor(
  channels: 1 | 3,
  image: tf.Tensor3D | tf.Tensor4D | PixelData,
  regions: readonly FaceRegion[],
  options: CropOptions,
): tf.Tensor4D {
  const picture = isPixelData(image) ? pictureOfPixels(image) : pictureOfTensor(image);
  const frames = framesOf(picture.size, regions, options);
  const { size = DEFAULT_SIZE } = options;
  if (frames.length === 0) return tf.zeros<tf.Rank.R4>([0, ...size, Math.min(picture.channels, channels)]);
  const toOpaque = channels === 1 ? toGray : overWhite;
  return tf.tidy(() => tf.stack(frames.map((frame) => cut(picture, frame, size, toOpaque))) as tf.Tensor4D);
}

function pictureOfPixels(image: PixelData): Picture {
  const { channels } = checkPixelData(image);
  return {
    size: [image.height, image.width],
    channels,
    part: (...place) => fromPixelData(pixelPart(image, ...place)),
  };
}

function pictureOfTensor(image: tf.Tensor3D | tf.Tensor4D): Picture {
  const [h, w, channels] = checkPicture(image);
  return {
    size: [h, w],
    channels,
    part(top, left, rows, columns) {
      const lines = tf.reshape<tf.Rank.R2>(image as tf.Tensor, [h, w * channels]); // in two dimensions, WASM copies a slice row by row
      const part = tf.slice(lines, [top, left * channels], [rows, columns * channels]);
      return tf.cast(tf.reshape<tf.Rank.R4>(part, [1, rows, columns, channels]), 'float32');
    },
  };
}

/**
 * Tells where the crops of {@link cropFaces} lie, to draw frames around the faces or to lay something over them.
 *
 * @param image Height and width of the image in pixels, above 0.
 * @param regions The faces, in pixels of the image.
 * @param options Size and margin, as for the crops; of the size only the ratio counts.
 * @returns One rectangle for each region, in their order: turned where the eyes are given, upright otherwise.
 * @throws {@link InputError} as {@link cropFaces}.
 * @example
 * ```ts
 * const [frame] = cropFrames([480, 640], [{ landmarks: { leftEye: [200, 104], rightEye: [245, 110] } }]);
 * console.log(frame?.center, frame?.width, frame?.angle);
 * ```
 */
export function cropFrames(
  image: readonly [height: number, width: number],
  regions: readonly FaceRegion[],
  options: CropOptions = {},
): CropFrame[] {
  checkNumber('cropFrames: image[0]', image?.[0], { min: Number.MIN_VALUE });
  checkNumber('cropFrames: image[1]', image?.[1], { min: Number.MIN_VALUE });
  return within('cropFrames', () => framesOf(image, regions, options));
}

function framesOf(
  image: readonly [height: number, width: number],
  regions: readonly FaceRegion[],
  options: CropOptions,
): CropFrame[] {
  const { size, margin } = parse(': options', options);
  if (!Array.isArray(regions)) {
    throw inputError(': regions', 'an array', describe(regions));
  }
  return regions.map((region, i) => within(`: regions[${i}]`, () => frameOf(region, margin, size, image)));
}

function checkPicture(image: tf.Tensor3D | tf.Tensor4D): [height: number, width: number, channels: number] {
  checkImages(image?.rank === 3 ? withBatchAxis(image) : image);
  const [n, ...size] = image.shape.length === 3 ? [1, ...image.shape] : image.shape;
  if (n === 1) return size as [number, number, number];
  const remedy = 'Take them one by one, for instance with tf.unstack(images).';
  throw inputError('', 'one image', `${n} images`, remedy);
}

function withBatchAxis({ shape, isDisposed, dataId }: tf.Tensor): unknown {
  return { shape: [1, ...shape], isDisposed, dataId };
}

/** One frame of an image as [height, width, 1 or 3]. */
function cut(
  picture: Picture,
  frame: CropFrame,
  [height, width]: readonly [number, number],
  toOpaque: (pixels: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor3D {
  const [x, y] = frame.center;
  if (frame.angle === 0) {
    const rows = { start: y - frame.height / 2, length: frame.height };
    const columns = { start: x - frame.width / 2, length: frame.width };
    return shrink(picture, rows, columns, [height, width], toOpaque);
  }
  // First an upright patch around the frame, no finer than the samples need, then a turned grid of samples on it.
  const step = Math.max(1, frame.width / width / SAMPLES); // pixels of the image for one of the patch
  const half = halfExtent(frame).map((extent) => Math.ceil(extent / step) + 1); // and a rim for the interpolation
  const [patchWidth, patchHeight] = half.map((count) => 2 * count) as [number, number];
  const [left, top] = [x - half[0]! * step, y - half[1]! * step];
  const rows = { start: top, length: patchHeight * step };
  const columns = { start: left, length: patchWidth * step };
  const patch = shrink(picture, rows, columns, [patchHeight, patchWidth], toOpaque);
  const local: CropFrame = {
    center: [half[0]!, half[1]!],
    width: frame.width / step,
    height: frame.height / step,
    angle: frame.angle,
  };
  return turn(patch, local, [height, width]);
}

/** A part of an image, resized: the slice that it needs, then one axis after the other. */
function shrink(
  picture: Picture,
  rows: Stretch,
  columns: Stretch,
  [height, width]: readonly [number, number],
  toOpaque: (pixels: tf.Tensor4D) => tf.Tensor4D,
): tf.Tensor3D {
  const [top, sliceHeight] = needed(rows, picture.size[0]);
  const [left, sliceWidth] = needed(columns, picture.size[1]);
  const opaque = toOpaque(picture.part(top, left, sliceHeight, sliceWidth));
  const c = opaque.shape[3];
  const flat = tf.reshape<tf.Rank.R3>(opaque, [1, sliceHeight, sliceWidth * c]);
  const lines = tf.reshape<tf.Rank.R3>(resizeRows(flat, height, shifted(rows, top)), [height, sliceWidth, c]);
  return resizeColumns(lines, width, shifted(columns, left));
}

/** First pixel and number of pixels that a stretch of an axis needs, with one more on either side to interpolate. */
function needed({ start, length }: Stretch, size: number): [first: number, count: number] {
  const first = Math.min(Math.max(Math.floor(start) - 1, 0), size - 1);
  const end = Math.min(Math.max(Math.ceil(start + length) + 1, first + 1), size);
  return [first, end - first];
}

function shifted({ start, length }: Stretch, by: number): Stretch {
  return { start: start - by, length };
}

/** A turned frame of a patch: each new pixel is the mean of samples that are interpolated linearly. */
function turn(patch: tf.Tensor3D, frame: CropFrame, [height, width]: readonly [number, number]): tf.Tensor3D {
  const samples = frame.width > width ? SAMPLES : 1;
  const [rows, columns] = [height * samples, width * samples];
  const [cos, sin] = [Math.cos(frame.angle), Math.sin(frame.angle)];
  const [right, down] = [frame.width / columns, frame.height / rows]; // from one sample to the next, in pixels of the patch
  const [x, y] = [(right - frame.width) / 2, (down - frame.height) / 2]; // the first sample, from the middle of the frame
  const [left, top] = [frame.center[0] + cos * x - sin * y - 0.5, frame.center[1] + sin * x + cos * y - 0.5];
  const matrix = tf.tensor2d([[cos * right, -sin * down, left, sin * right, cos * down, top, 0, 0]]);
  const images = tf.expandDims<tf.Tensor4D>(patch, 0);
  const grid = transform(images, matrix, [rows, columns]); // [1, rows, columns, c]
  return tf.squeeze(samples === 1 ? grid : tf.avgPool(grid, samples, samples, 'valid'), [0]);
}
