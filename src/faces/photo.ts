import { within } from '../errors';
import * as tf from '@tensorflow/tfjs-core';
import { unlessLost } from '../backend/device';
import { isImageElement, readImageElement } from '../image/elements';
import { overWhite } from '../image/gray';
import { toImages } from '../image/input';
import { checkPixelData, isPixelData } from '../image/pixels';
import { checkValues } from '../image/range';
import { decodeFile, type ImageSource } from '../image/read';
import { isFile } from '../platform/read';
import type { DetectorPhoto, PhotoBytes } from './detector';

/** A photo in every form that detectors and the classifier take; {@link OpenPhoto.dispose} frees its tensors. */
export interface OpenPhoto extends DetectorPhoto {
  /** The photo for the classifier: in memory if it was not given as a tensor. */
  readonly content: ImageSource;
  /** Frees the tensors that were made. */
  dispose(): void;
}

/**
 * Opens a photo: decodes it, reads it from an element, or checks it. What is in memory makes no tensor until one is asked for.
 *
 * @param input One image of any size, decoded or not; borrowed until the photo is disposed.
 * @throws {@link InputError} if it is not an image.
 */
export async function openPhoto(input: ImageSource, where: string): Promise<OpenPhoto> {
  if (!isFile(input)) return photoOf(input, input, where);
  const decoded = await within(where, () => decodeFile(input));
  try {
    return await photoOf(decoded, undefined, where);
  } finally {
    if ('close' in decoded) decoded.close();
  }
}

async function photoOf(picture: ImageSource, source: ImageSource | undefined, where: string): Promise<OpenPhoto> {
  const isObject = typeof picture === 'object' && picture !== null && !(picture instanceof tf.Tensor);
  const content =
    isObject && !isPixelData(picture) && isImageElement(picture)
      ? within(where, () => readImageElement(picture))
      : picture;
  const made: tf.Tensor[] = [];
  const keep = <T extends tf.Tensor>(tensor: T) => (made.push(tensor), tensor);
  const open = (size: Pick<OpenPhoto, 'height' | 'width'>, bytes: PhotoBytes | undefined, image?: tf.Tensor4D) => {
    let pixels: tf.Tensor3D | undefined;
    const photo: OpenPhoto = {
      ...size,
      content,
      get source() {
        return source ?? content;
      },
      get pixels() {
        return (pixels ??= keep(tf.tidy(() => toPixels(image ?? within(where, () => toImages(content))))));
      },
      async read() {
        return bytes ?? { ...size, data: await within(where, () => unlessLost(photo.pixels.data())), channels: 3 };
      },
      dispose: () => tf.dispose(made),
    };
    return photo;
  };
  if (typeof content === 'object' && content !== null && isPixelData(content)) {
    const { data, width, height } = content;
    const { channels, white } = within(where, () => checkPixelData(content));
    return open({ width, height }, white === 255 ? { data, width, height, channels } : undefined);
  }
  const image = keep(within(where, () => toImages(content))); // [1, h, w, c]
  try {
    const [, height, width] = image.shape;
    await within(where, () => checkValues(image));
    return open({ width, height }, undefined, image);
  } catch (error) {
    tf.dispose(made);
    throw error;
  }
}

/** One image [1, h, w, c] as detectors take it: [h, w, 3] int32, over white. */
function toPixels(image: tf.Tensor4D): tf.Tensor3D {
  return tf.tidy(() => {
    const [, height, width] = image.shape;
    const opaque = overWhite(tf.reshape(image, [height, width, -1])); // [h, w, 1 or 3]
    const color = opaque.shape[2] === 1 ? tf.tile(opaque, [1, 1, 3]) : opaque;
    return tf.cast(tf.round(color), 'int32') as tf.Tensor3D;
  });
}
