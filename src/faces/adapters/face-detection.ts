import type * as tf from '@tensorflow/tfjs-core';
import type { FaceDetector } from '../detector';
import { having } from '../../schema';
import { drawable } from './drawable';
import { type DetectorPoint, mean, withEyes } from './eyes';

/**
 * A face as a detector from `@tensorflow-models/face-detection` gives it.
 */
export interface FaceDetectionFace {
  /** The box in pixels. */
  box: Record<'xMin' | 'yMin' | 'width' | 'height', number>;
  /** Points of the face, in pixels. */
  keypoints: readonly DetectorPoint[];
}

/**
 * What is used of a detector from `@tensorflow-models/face-detection`.
 */
export interface FaceDetectionLike {
  /** Finds faces. */
  estimateFaces(input: tf.Tensor3D | HTMLVideoElement | HTMLCanvasElement): Promise<readonly FaceDetectionFace[]>;
}

/**
 * A detector of [`@tensorflow-models/face-detection`](https://www.npmjs.com/package/@tensorflow-models/face-detection), in browsers. With
 * the runtime `'mediapipe'` its model comes from the package `@mediapipe/face_detection`.
 *
 * @param detector What its `createDetector` gives. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @throws InputError if it is no such detector.
 * @example
 * ```ts
 * const detector = await createDetector(SupportedModels.MediaPipeFaceDetector, {
 *   runtime: 'mediapipe',
 *   solutionPath: '/face_detection', // where you serve node_modules/@mediapipe/face_detection
 * });
 * const faces = createFaceClassifier({ detector: fromFaceDetection(detector) });
 * ```
 */
export function fromFaceDetection(detector: FaceDetectionLike): FaceDetector {
  having<FaceDetectionLike>('estimateFaces', 'what createDetector gives, awaited')('fromFaceDetection', detector);
  return {
    async detect(photo) {
      const found = await detector.estimateFaces(drawable(photo) ?? photo.pixels);
      return found.map(({ box: { xMin, yMin, width, height }, keypoints }) => {
        const eye = (name: string) => mean(keypoints.filter((point) => point.name === name).map(({ x, y }) => [x, y]));
        return withEyes({ box: { x: xMin, y: yMin, width, height } }, eye('leftEye'), eye('rightEye'));
      });
    },
  };
}
