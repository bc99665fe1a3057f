import type * as tf from '@tensorflow/tfjs-core';
import type { Box, Point } from '../../image/region';
import type { FaceDetector } from '../detector';
import { inputError } from '../../errors';
import { describe } from '../../validate';
import { type DetectorPoint, mean, withEyes } from './eyes';

/**
 * What is used of a result of `detectAllFaces` of `@vladmandic/face-api`, with or without landmarks.
 */
export interface FaceApiFace {
  /** The box in pixels and how sure the detector is, 0..1. */
  detection: Record<'box', Box> & Record<'score', number>;
  /** What `withFaceLandmarks()` adds. */
  landmarks?: Record<'getLeftEye' | 'getRightEye', () => readonly DetectorPoint[]>;
}

/** What face-api's functions give: faces, one face, or undefined for none; without landmarks the detection itself. */
type FaceApiResult = readonly (FaceApiFace | FaceApiFace['detection'])[] | FaceApiFace | FaceApiFace['detection'];

/**
 * The face detectors of [`@vladmandic/face-api`](https://www.npmjs.com/package/@vladmandic/face-api), which brings its models with it.
 *
 * @param detect Finds faces in a tensor [h, w, 3] int32 0..255 by `detectAllFaces` or `detectSingleFace`; with landmarks, so that faces are
 *   turned upright. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @throws InputError if it is no such detector, and in `detect` if its results are none of face-api.
 * @example
 * ```ts
 * const options = new faceapi.TinyFaceDetectorOptions({ inputSize: 416 });
 * const detector = fromFaceApi((pixels) => faceapi.detectAllFaces(pixels, options).withFaceLandmarks(true));
 * ```
 */
export function fromFaceApi(detect: (pixels: tf.Tensor3D) => PromiseLike<FaceApiResult | undefined>): FaceDetector {
  if (typeof detect !== 'function') {
    throw inputError('fromFaceApi', 'a function that finds all faces in a tensor', describe(detect));
  }
  return {
    async detect({ pixels }) {
      return [(await detect(pixels)) ?? []].flat().map((found) => {
        const { detection, landmarks } = 'detection' in Object(found) ? (found as FaceApiFace) : { detection: found };
        const { box, score } = Object(detection) as FaceApiFace['detection'];
        if (typeof box !== 'object') {
          throw inputError('fromFaceApi: detect', 'faces as detectAllFaces gives them', describe(found));
        }
        const { x, y, width, height } = box;
        const eyes = [landmarks?.getLeftEye() ?? [], landmarks?.getRightEye() ?? []];
        const [left, right] = eyes.map((eye) => mean(eye.map((point): Point => [point.x, point.y])));
        return withEyes({ box: { x, y, width, height }, score }, left, right);
      });
    },
  };
}
