import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import type { ProbabilityOptions } from './options';

/** The images of a `Dataset`, or of any object with the same arrays; labels are not needed. */
export interface EmbedData {
  /** Pixels, `[size, height, width, channels]` row by row, 0..255. */
  readonly images: Uint8Array | Float32Array;
  /** The number of images. */
  readonly size: number;
  /** The height in pixels. */
  readonly height: number;
  /** The width in pixels. */
  readonly width: number;
  /** 1 (gray), 3 (RGB) or 4 (RGBA). */
  readonly channels: number;
}

/** Options of {@link Classifier.embed}. */
export interface EmbedOptions extends ProbabilityOptions {
  /** Aborts between two images or batches of a data set; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Called after each image of an array, or each batch of a data set, with the number of finished images and the total. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Images of a data set that are run at once. */
const BATCH = 64;

/**
 * The images of a data set as batches.
 *
 * @param input Any input of `embed`.
 * @returns Tensors [n, h, w, c], each made when it is asked for, the caller's; undefined if the input is not a data set.
 * @throws {@link InputError} if the arrays of a data set do not match.
 */
export function batchesOf(input: unknown): Iterable<tf.Tensor4D> | undefined {
  if (typeof input !== 'object' || input === null || !('images' in input)) return undefined;
  const { images, size, height, width, channels } = input as EmbedData;
  const length = height * width * channels;
  if (!ArrayBuffer.isView(images) || !(length > 0) || images.length !== size * length) {
    const received = `${(images as { length?: number } | undefined)?.length} values`;
    throw inputError('embed: data.images', `${size} × ${height} × ${width} × ${channels} pixels`, received);
  }
  return toTensors(images, size, [height, width, channels]);
}

function* toTensors(images: EmbedData['images'], size: number, shape: [number, number, number]) {
  const length = shape[0] * shape[1] * shape[2];
  for (let from = 0; from < size; from += BATCH) {
    const to = Math.min(from + BATCH, size);
    yield tf.tensor4d(new Float32Array(images.subarray(from * length, to * length)), [to - from, ...shape]);
  }
}
