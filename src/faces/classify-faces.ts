import type * as tf from '@tensorflow/tfjs-core';
import type { ImageSource } from '../image/read';
import { type ClassifiedFace, type ClassifyFacesOptions, faceClassifierFor } from './face-classifier';

/**
 * Finds the faces in a photo, the largest first, and names their emotions: with the detector and the weights in this package, loaded at
 * the first call and shared by all. To choose another detector or classifier, or which faces count, use {@link createFaceClassifier}.
 *
 * @param photo One image of any size, decoded or not, with any number of faces; or several images, as an array or a tensor
 *   [n, h, w, c]. Borrowed until the promise settles.
 * @param options As for one face.
 * @returns For each face `{ box, landmarks, score, predictions }`, with positions in pixels of the photo; an empty array if there is none.
 *   For several photos one such array each.
 * @throws InputError if a photo is not an image, or an option is not valid.
 * @throws BackendError if no tfjs backend is registered, or the graphics card is taken away from it.
 * @throws WeightsError if the weights cannot be imported.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * import { classifyFaces } from 'fer-cnn/faces';
 *
 * for (const { box, predictions } of await classifyFaces(photo)) console.log(box, predictions[0]);
 * ```
 */
export function classifyFaces(
  photo: readonly ImageSource[] | tf.Tensor4D,
  options?: ClassifyFacesOptions,
): Promise<ClassifiedFace[][]>;
export function classifyFaces(photo: ImageSource, options?: ClassifyFacesOptions): Promise<ClassifiedFace[]>;
export function classifyFaces(
  photo: ImageSource | readonly ImageSource[] | tf.Tensor4D,
  options?: ClassifyFacesOptions,
): Promise<ClassifiedFace[] | ClassifiedFace[][]> {
  return faceClassifierFor('classifyFaces', {}).classify(photo as ImageSource, options);
}
