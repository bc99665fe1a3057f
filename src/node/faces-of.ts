import type * as tf from '@tensorflow/tfjs-core';
import type { Classifier } from '../classify/classifier';
import type { ClassifyOptions } from '../classify/options';
import type { ClassifiedFace, FaceClassifier } from '../faces/face-classifier';

/** Images of at most so many pixels a side may be faces that were cut out already, as those of data sets are. */
const MAX_CROP = 96;

/** The faces of an image. */
export interface ImageFaces {
  /** The faces, the largest first. */
  readonly faces: readonly ClassifiedFace[];
  /** The whole image was taken as the face: because that was asked for, or since no face was found in an image as small as one. */
  readonly isCrop?: true;
}

/** Finds the faces of an image. One without a face that is as small as a face is taken as the face. */
export async function facesOf(
  image: tf.Tensor3D,
  { classifier, faces }: { classifier: Classifier; faces: FaceClassifier },
  options: Pick<ClassifyOptions, 'topk'>,
): Promise<ImageFaces> {
  const found = await faces.classify(image, options);
  const [height, width] = image.shape;
  return found.length > 0 || Math.max(height, width) > MAX_CROP
    ? { faces: found }
    : wholeImage(image, classifier, options);
}

/** Takes the whole image as the face. */
export async function wholeImage(
  image: tf.Tensor3D,
  classifier: Classifier,
  options: Pick<ClassifyOptions, 'topk'>,
): Promise<ImageFaces> {
  const [height, width] = image.shape;
  const predictions = await classifier.classify(image, options);
  return { faces: [{ box: { x: 0, y: 0, width, height }, predictions }], isCrop: true };
}
