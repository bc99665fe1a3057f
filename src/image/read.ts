import type * as tf from '@tensorflow/tfjs-core';
import { checkText } from '../validate';
import { decodePicture, type EncodedPicture, isEncoded } from './encoded';
import { type ImageInput, type Picture, toImages } from './input';

/**
 * One picture in any form, decoded or not.
 *
 * @example
 * ```ts
 * const bestOf = async (source: PictureSource) => (await classify(source, { topk: 1 }))[0];
 * await bestOf('https://example.org/face.jpg');
 * ```
 */
export type PictureSource = Picture | EncodedPicture;

/**
 * One {@link PictureSource}, or a batch of pictures as a tensor [n, h, w, c] with c = 1, 3 or 4.
 *
 * @example
 * ```ts
 * const imagesOf = (source: ImageSource) => readImages(source); // [n, height, width, channels]
 * ```
 */
export type ImageSource = ImageInput | EncodedPicture;

/**
 * Any image input as one tensor, as {@link toImages} gives it, and encoded pictures too: PNG, JPEG, WebP and GIF (the first
 * frame), turned upright by their EXIF orientation. Pages decode with what the browser has; in Node, import `fer-cnn/node`,
 * which brings a decoder.
 *
 * @param input One picture, encoded or not, or a batch; borrowed until the promise settles.
 * @param where The function that was called, for messages. Default `'readImages'`.
 * @returns [n, h, w, c] float32 0..255, n = 1 for one picture, c = 1, 3 or 4; the caller's.
 * @throws {@link InputError} if it is no picture, cannot be read, or there is no decoder.
 * @throws {@link FerError} if an encoded picture is given in Node and the package `sharp` is not installed.
 * @example
 * ```ts
 * const images = await readImages(fileInput.files[0]); // [1, 3024, 4032, 4]
 * ```
 */
export async function readImages(input: ImageSource, where = 'readImages'): Promise<tf.Tensor4D> {
  checkText('readImages: where', where);
  if (!isEncoded(input)) return toImages(input, where);
  const decoded = await decodePicture(input, where);
  try {
    return toImages(decoded, where);
  } finally {
    if ('close' in decoded) decoded.close();
  }
}
