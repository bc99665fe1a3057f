import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { checkInteger, describe } from '../validate';
import { CHANNELS } from './check';

/**
 * A decoded image as plain numbers: what sharp, `ImageData`, pngjs, jpeg-js and a canvas hold.
 */
export interface PixelData {
  /**
   * [height * width * channels] row-major, 0..255, or 0..65535 in a Uint16Array, or 0..1 in a Float16Array. RGBA has straight,
   * not premultiplied alpha.
   */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  /** Width in pixels, at least 1. */
  readonly width: number;
  /** Height in pixels, at least 1. */
  readonly height: number;
  /** 1 (gray), 3 (RGB) or 4 (RGBA). Default: what the length of `data` tells. */
  readonly channels?: 1 | 3 | 4 | undefined;
}

// By tag: arrays from another frame of a page are not instances of this one's classes. An ImageData of the format
// rgba-float16 has a Float16Array.
const WHITE: Readonly<Record<string, number>> = {
  '[object Uint8Array]': 255,
  '[object Uint8ClampedArray]': 255,
  '[object Uint16Array]': 65_535,
  '[object Float16Array]': 1,
};

/** Whether a value has the members of {@link PixelData}, right or wrong. */
export function isPixelData(input: object): input is PixelData {
  return 'data' in input && 'width' in input && 'height' in input;
}

/**
 * The tensor of a decoded image.
 *
 * @returns [1, height, width, channels] float32 0..255; the caller's.
 * @throws {@link InputError} if data, width, height and channels do not belong together.
 */
export function fromPixelData(image: PixelData): tf.Tensor4D {
  const { data, width, height } = image;
  const { channels, white } = checkPixelData(image);
  const scale = (value: number) => (value > 0 ? Math.min((value * 255) / white, 255) : 0); // floats may be brighter than white
  const values = white === 255 ? new Float32Array(data) : Float32Array.from(data, scale);
  return tf.tensor4d(values, [1, height, width, channels]);
}

/** A part of a decoded image that was checked, copied: of its rows and columns, as many as given from the first ones on. */
export function pixelPart(image: PixelData, top: number, left: number, height: number, width: number): PixelData {
  const channels = image.data.length / (image.width * image.height);
  const data = image.data.slice(0, height * width * channels); // of the same kind
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(start, start + width * channels), y * width * channels);
  }
  return { data, width, height };
}

/**
 * Checks that data, width, height and channels of a decoded image belong together.
 *
 * @returns How many channels it has, and the value of white.
 * @throws {@link InputError} if they do not.
 */
export function checkPixelData(image: PixelData): { channels: number; white: number } {
  const { data, width, height, channels } = image;
  checkInteger(': width', width, { min: 1 });
  checkInteger(': height', height, { min: 1 });
  const white = WHITE[Object.prototype.toString.call(data)];
  if (white === undefined) {
    throw inputError(
      ': data',
      'a Uint8Array, Uint8ClampedArray, Uint16Array or Float16Array',
      describe(data),
      'Scale other pixels to 0..255 and pass them as a tensor [h, w, c].',
    );
  }
  const depth = channels ?? data.length / (width * height);
  if (!CHANNELS.includes(depth as 1) || data.length !== width * height * depth) {
    const unit = white === 255 ? 'bytes' : 'values';
    const counts = channels === undefined ? '1, 3 or 4' : `${describe(channels)} (1, 3 or 4)`;
    throw inputError(': data', `${width} × ${height} pixels of ${counts} ${unit}`, `${data.length} ${unit}`);
  }
  return { channels: depth, white };
}
