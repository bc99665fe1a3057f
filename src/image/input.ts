import * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { checkOwnTensor } from '../tfjs/own';
import { describe } from '../validate';
import { requireBackend } from '../backend/backend';
import { CHANNELS, checkImages } from './check';
import { isFile } from '../platform/read';
import { fromImageElement, isImageElement } from './elements';
import { fromPixelData, isPixelData } from './pixels';

/** Whether an input holds a batch, a tensor [n, h, w, c], rather than one image. */
export function isBatch(input: unknown): boolean {
  return input instanceof tf.Tensor && input.rank === 4;
}

/**
 * Any image input as one tensor, ready for {@link preprocess}.
 *
 * A tensor of rank 3 is one image [h, w, c], so its last axis must be 1, 3 or 4; a stack of gray images [n, h, w]
 * needs a channel axis. The values of tensors are not looked at here: `classify` does that.
 *
 * @param input One image or a batch; borrowed.
 * @returns [n, h, w, c] float32 0..255, n = 1 for one image, c = 1, 3 or 4; the caller's.
 * @throws {@link InputError} if it is of another kind, empty, not loaded yet, or disposed of. {@link BackendError} if no
 *   backend is ready.
 */
export function toImages(input: unknown): tf.Tensor4D {
  if (input instanceof tf.Tensor) return fromTensor(input);
  if (typeof input === 'object' && input !== null) {
    requireBackend('');
    if (isPixelData(input)) return fromPixelData(input);
    if (isImageElement(input)) return fromImageElement(input);
  }
  throw inputError(
    '',
    'an image: a tensor, ImageData, decoded pixels { data, width, height }, or an image, canvas or video',
    describe(input),
    remedyFor(input),
  );
}

function fromTensor(input: tf.Tensor): tf.Tensor4D {
  const shape = input.shape;
  if (shape.length === 2) checkImages({ shape: [1, ...shape, 1], isDisposed: input.isDisposed });
  else if (shape.length === 3) checkPicture(input as tf.Tensor3D);
  else checkImages(input);
  if (!['float32', 'int32', 'bool'].includes(input.dtype)) {
    throw inputError('', 'a tensor of float32, int32 or bool', input.dtype);
  }
  checkOwnTensor(input);
  return tf.tidy(() => {
    const [h, w, c = 1] = shape as [number, number, number?];
    const values = tf.cast(input, 'float32');
    const scaled = input.dtype === 'bool' ? tf.mul(values, 255) : values;
    return shape.length === 4 ? (scaled as tf.Tensor4D) : tf.reshape(scaled, [1, h, w, c]);
  });
}

function checkPicture({ shape, isDisposed }: tf.Tensor3D): void {
  if (!CHANNELS.includes(shape[2] as 1)) {
    throw inputError(
      '',
      'an image [h, w, c] of 1, 3 or 4 channels',
      `rank 3 [${shape.join(', ')}]`,
      'Give a stack of gray images [n, h, w] a channel axis with tf.expandDims(x, -1).',
    );
  }
  checkImages({ shape: [1, ...shape], isDisposed });
}

function remedyFor(input: unknown): string {
  if (isFile(input)) {
    return 'Decode it first: await loadImage(x). Plain pixels are given as { data, width, height }.';
  }
  if (Object.prototype.toString.call(input) === '[object Promise]') return 'Await it first.';
  if (Array.isArray(input)) return 'Stack images of one size into a tensor [n, h, w, c], or pass one at a time.';
  if (Object(input)['info'] !== undefined) return 'Pass { data, ...info } for the raw output of sharp.';
  return 'See the type ImageSource.';
}
