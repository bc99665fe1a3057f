import * as tf from '@tensorflow/tfjs-core';
import type { Point } from '../../image/region';
import { FerError, reasonOf } from '../../errors';
import type { FaceDetector } from '../detector';
import { having } from '../../schema';
import { drawable } from './drawable';
import { type DetectorPoint, withEyes } from './eyes';

/**
 * A face as `FaceDetector` from `@mediapipe/tasks-vision` gives it.
 */
export interface MediaPipeFace {
  /** The box in pixels. */
  boundingBox?: Record<'originX' | 'originY' | 'width' | 'height', number> | undefined;
  /** The first one's score tells how sure the detector is, 0..1. */
  categories: readonly Record<'score', number>[];
  /** Points of the face, as shares of width and height. */
  keypoints: readonly DetectorPoint[];
}

/**
 * What is used of `FaceDetector` from `@mediapipe/tasks-vision`.
 */
export interface MediaPipeLike {
  /** Finds faces. */
  detect(input: ImageData | HTMLVideoElement | HTMLCanvasElement): Record<'detections', readonly MediaPipeFace[]>;
  /** Finds faces in the running mode `'VIDEO'`; timestamps are milliseconds and increase. */
  detectForVideo?(
    input: ImageData | HTMLVideoElement | HTMLCanvasElement,
    timestamp: number,
  ): Record<'detections', readonly MediaPipeFace[]>;
}

/**
 * The `FaceDetector` of [`@mediapipe/tasks-vision`](https://www.npmjs.com/package/@mediapipe/tasks-vision), in browsers, in the
 * running mode `'IMAGE'` or `'VIDEO'`.
 *
 * @param detector The detector. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @throws InputError if it is no such detector; in `detect` FerError with MediaPipe's own if it takes no frame in the running mode `'VIDEO'`.
 * @example
 * ```ts
 * const { FaceDetector, FilesetResolver } = vision; // import * as vision from '@mediapipe/tasks-vision'
 * const files = await FilesetResolver.forVisionTasks('/mediapipe');
 * const options = { baseOptions: { modelAssetPath: '/mediapipe/blaze_face_short_range.tflite' } };
 * const detector = fromMediaPipe(await FaceDetector.createFromOptions(files, options));
 * ```
 */
export function fromMediaPipe(detector: MediaPipeLike): FaceDetector {
  having<MediaPipeLike>('detect', 'a FaceDetector of @mediapipe/tasks-vision')('fromMediaPipe', detector);
  let timestamp = 0;
  const find = (image: Parameters<MediaPipeLike['detect']>[0]) => {
    try {
      return detector.detect(image);
    } catch (error) {
      if (!/runningMode/i.test(String(error))) throw error;
      return findInVideo(image);
    }
  };
  const findInVideo = (image: Parameters<MediaPipeLike['detect']>[0]) => {
    timestamp = Math.max(timestamp + 1, performance.now());
    try {
      return detector.detectForVideo!(image, timestamp);
    } catch (cause) {
      throw new FerError({
        where: 'fromMediaPipe: detect',
        expected: `a detector that takes the timestamp ${timestamp}`,
        received: `one in the running mode 'VIDEO' with the error "${reasonOf(cause)}"`,
        remedy:
          "Give the adapter its own detector, since timestamps must increase, or set the running mode to 'IMAGE'.",
        cause,
      });
    }
  };
  return {
    async detect(photo) {
      const { height, width } = photo;
      const { detections } = find(drawable(photo) ?? (await toImageData(photo.pixels)));
      return detections.flatMap(({ boundingBox, categories, keypoints }) => {
        if (!boundingBox) return [];
        const { originX: x, originY: y, ...size } = boundingBox;
        const [first, second] = keypoints.map((point): Point => [point.x * width, point.y * height]); // the eyes
        const box = { x, y, width: size.width, height: size.height };
        return [withEyes({ box, score: categories[0]?.score }, first, second)];
      });
    },
  };
}

async function toImageData(pixels: tf.Tensor3D): Promise<ImageData> {
  const [height, width] = pixels.shape;
  return new ImageData(new Uint8ClampedArray(await tf.browser.toPixels(pixels)), width, height);
}
