import type * as tf from '@tensorflow/tfjs-core';
import type { Box, Point } from '../../image/region';
import type { FaceDetector } from '../detector';
import { checkMethod } from '../check-method';
import { type DetectorPoint, mean, withEyes } from './eyes';

/**
 * What is used of a result of `detectAllFaces` of `@vladmandic/face-api`, with or without landmarks.
 *
 * @example
 * ```ts
 * const face: FaceApiFace = { detection: { box, score: 0.98 } };
 * const detector = fromFaceApi(async () => [face]);
 * ```
 */
export interface FaceApiFace {
  /** The box in pixels and how sure the detector is, 0..1. */
  detection: Record<'box', Box> & Record<'score', number>;
  /** What `withFaceLandmarks()` adds. */
  landmarks?: Record<'getLeftEye' | 'getRightEye', () => readonly DetectorPoint[]>;
}

/**
 * The face detectors of [`@vladmandic/face-api`](https://www.npmjs.com/package/@vladmandic/face-api), which brings its models with it.
 *
 * @param detectAll Finds all faces in a tensor [h, w, 3] int32 0..255; with landmarks, so that faces are turned upright. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @throws InputError if it is no such detector.
 * @example
 * ```ts
 * const options = new faceapi.TinyFaceDetectorOptions({ inputSize: 416 });
 * const detector = fromFaceApi((pixels) => faceapi.detectAllFaces(pixels, options).withFaceLandmarks(true));
 * ```
 */
export function fromFaceApi(detectAll: (pixels: tf.Tensor3D) => PromiseLike<readonly FaceApiFace[]>): FaceDetector {
  checkMethod('fromFaceApi', { detectAll }, 'detectAll', 'a function that finds all faces in a tensor');
  return {
    async detect({ pixels }) {
      return (await detectAll(pixels)).map(({ detection, landmarks }) => {
        const { x, y, width, height } = detection.box;
        const face = { box: { x, y, width, height }, score: detection.score };
        const eyes = [landmarks?.getLeftEye() ?? [], landmarks?.getRightEye() ?? []];
        return withEyes(face, ...(eyes.map((eye) => mean(eye.map((point) => [point.x, point.y]))) as [Point, Point]));
      });
    },
  };
}
