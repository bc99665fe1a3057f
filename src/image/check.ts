import type * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { checkOwnTensor } from '../tfjs/own';
import { describe } from '../validate';

/** How many channels an image may have: gray, RGB or RGBA. */
export const CHANNELS = [1, 3, 4] as const;

/**
 * Throws unless `images` is a tensor in use with the axes [n, h, w, c], none of them empty, and 1, 3 or 4 channels. Looks
 * at the shape only, so it costs nothing in a training step.
 */
export function checkImages(images: unknown): asserts images is tf.Tensor4D {
  const { shape, isDisposed } = (images ?? {}) as Partial<tf.Tensor4D>;
  if (!Array.isArray(shape)) {
    throw inputError('', 'a tensor of images [n, h, w, c]', describe(images));
  }
  if (isDisposed) {
    throw inputError(
      '',
      'a tensor in use',
      'one that was disposed of',
      'Dispose of it after this call, or pass tf.clone(x).',
    );
  }
  if ((images as tf.Tensor).dataId) checkOwnTensor(images as tf.Tensor);
  const received = `rank ${shape.length} [${shape.join(', ')}]`;
  if (shape.length !== 4) {
    const remedy = shape.length === 3 ? 'Add a batch axis with tf.expandDims(x, 0).' : 'Reshape it with tf.reshape.';
    throw inputError('', 'images of rank 4 [n, h, w, c]', received, remedy);
  }
  if (!CHANNELS.includes(shape[3] as 1)) {
    const remedy = 'The last axis holds the channels: gray, RGB or RGBA.';
    throw inputError('', 'images with 1, 3 or 4 channels', received, remedy);
  }
  if (shape.includes(0)) {
    throw inputError('', 'images of at least one pixel', received);
  }
}
