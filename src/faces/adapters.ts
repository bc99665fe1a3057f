import * as tf from '@tensorflow/tfjs-core';
import type { Box, FaceLandmarks, Point } from '../image/region';
import type { DetectedFace, DetectorPhoto, FaceDetector } from './detector';

/**
 * A place in a picture, as detectors give it.
 *
 * @example
 * ```ts
 * const keypoints: DetectorPoint[] = [{ x: 200, y: 104, name: 'leftEye' }, { x: 245, y: 110, name: 'rightEye' }];
 * ```
 */
export interface DetectorPoint {
  /** Pixels from the left edge, or their share of the width; see the detector. */
  x: number;
  /** Pixels from the upper edge, or their share of the height. */
  y: number;
  /** What is there, if the detector names it. */
  name?: string | undefined;
}

/**
 * A face as `Human` from `@vladmandic/human` gives it.
 *
 * @example
 * ```ts
 * const face: HumanFace = { box: [175, 60, 95, 110], score: 0.98 };
 * const detector = fromHuman({ detect: async () => ({ face: [face] }) });
 * ```
 */
export interface HumanFace {
  /** Left, top, width and height in pixels. */
  box: readonly number[];
  /** How sure the detector is, 0..1. */
  score: number;
  /** Points of the face by name; those of the eyes are used. */
  annotations?: Partial<Record<'leftEye' | 'rightEye', readonly (readonly number[])[]>>;
}

/**
 * What is used of `Human` from `@vladmandic/human`.
 *
 * @example
 * ```ts
 * const blind: HumanLike = { detect: async () => ({ face: [] }) };
 * const detector = fromHuman(blind);
 * ```
 */
export interface HumanLike {
  /** Finds faces, among other things. */
  detect(input: tf.Tensor3D): Promise<Partial<Record<'face', readonly HumanFace[]>>>;
}

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
 * A face as a detector from `@tensorflow-models/face-detection` gives it.
 *
 * @example
 * ```ts
 * const face: FaceDetectionFace = { box: { xMin: 175, yMin: 60, width: 95, height: 110 }, keypoints: [] };
 * const detector = fromFaceDetection({ estimateFaces: async () => [face] });
 * ```
 */
export interface FaceDetectionFace {
  /** The box in pixels. */
  box: Record<'xMin' | 'yMin' | 'width' | 'height', number>;
  /** Points of the face, in pixels. */
  keypoints: readonly DetectorPoint[];
}

/**
 * What is used of a detector from `@tensorflow-models/face-detection`.
 *
 * @example
 * ```ts
 * const blind: FaceDetectionLike = { estimateFaces: async () => [] };
 * const detector = fromFaceDetection(blind);
 * ```
 */
export interface FaceDetectionLike {
  /** Finds faces. */
  estimateFaces(input: tf.Tensor3D | HTMLVideoElement | HTMLCanvasElement): Promise<readonly FaceDetectionFace[]>;
}

/**
 * A face as `FaceDetector` from `@mediapipe/tasks-vision` gives it.
 *
 * @example
 * ```ts
 * const boundingBox = { originX: 175, originY: 60, width: 95, height: 110 };
 * const face: MediaPipeFace = { boundingBox, categories: [{ score: 0.98 }], keypoints: [] };
 * const detector = fromMediaPipe({ detect: () => ({ detections: [face] }) });
 * ```
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
 *
 * @example
 * ```ts
 * const blind: MediaPipeLike = { detect: () => ({ detections: [] }) };
 * const detector = fromMediaPipe(blind);
 * ```
 */
export interface MediaPipeLike {
  /** Finds faces. */
  detect(input: ImageData | HTMLVideoElement | HTMLCanvasElement): Record<'detections', readonly MediaPipeFace[]>;
}

/**
 * The face detector of [`@vladmandic/human`](https://www.npmjs.com/package/@vladmandic/human), which brings its model with it.
 *
 * @param human A `Human` whose `face.detector` is on; the rest may be off. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @example
 * ```ts
 * const faces = createFaceClassifier(fromHuman(human));
 * ```
 */
export function fromHuman(human: HumanLike): FaceDetector {
  return {
    async detect({ pixels }) {
      const { face = [] } = await human.detect(pixels);
      return face.map(({ box: [x, y, width, height], score, annotations }) => {
        const eyes = [annotations?.leftEye, annotations?.rightEye].map((points) => points?.map(toPoint) ?? []);
        return withEyes(
          { box: { x: x!, y: y!, width: width!, height: height! }, score },
          mean(eyes[0]!),
          mean(eyes[1]!),
        );
      });
    },
  };
}

/**
 * The face detectors of [`@vladmandic/face-api`](https://www.npmjs.com/package/@vladmandic/face-api), which brings its models with it.
 *
 * @param detectAll Finds all faces in a tensor [h, w, 3] int32 0..255; with landmarks, so that faces are turned upright. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @example
 * ```ts
 * const options = new faceapi.TinyFaceDetectorOptions({ inputSize: 416 });
 * const detector = fromFaceApi((pixels) => faceapi.detectAllFaces(pixels, options).withFaceLandmarks(true));
 * ```
 */
export function fromFaceApi(detectAll: (pixels: tf.Tensor3D) => PromiseLike<readonly FaceApiFace[]>): FaceDetector {
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

/**
 * A detector of [`@tensorflow-models/face-detection`](https://www.npmjs.com/package/@tensorflow-models/face-detection), in browsers. With
 * the runtime `'mediapipe'` its model comes from the package `@mediapipe/face_detection`.
 *
 * @param detector What its `createDetector` gives. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @example
 * ```ts
 * const detector = await createDetector(SupportedModels.MediaPipeFaceDetector, {
 *   runtime: 'mediapipe',
 *   solutionPath: '/face_detection', // where you serve node_modules/@mediapipe/face_detection
 * });
 * const faces = createFaceClassifier(fromFaceDetection(detector));
 * ```
 */
export function fromFaceDetection(detector: FaceDetectionLike): FaceDetector {
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

/**
 * The `FaceDetector` of [`@mediapipe/tasks-vision`](https://www.npmjs.com/package/@mediapipe/tasks-vision), in browsers, with the running
 * mode `'IMAGE'`.
 *
 * @param detector The detector. Borrowed.
 * @returns The detector for `createFaceClassifier`.
 * @example
 * ```ts
 * const { FaceDetector, FilesetResolver } = vision; // import * as vision from '@mediapipe/tasks-vision'
 * const files = await FilesetResolver.forVisionTasks('/mediapipe');
 * const options = { baseOptions: { modelAssetPath: '/mediapipe/blaze_face_short_range.tflite' } };
 * const detector = fromMediaPipe(await FaceDetector.createFromOptions(files, options));
 * ```
 */
export function fromMediaPipe(detector: MediaPipeLike): FaceDetector {
  return {
    async detect(photo) {
      const [height, width] = photo.pixels.shape;
      const { detections } = detector.detect(drawable(photo) ?? (await toImageData(photo.pixels)));
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

/** A video or canvas, which detectors of browsers take without a detour. An image element may be shown at another size than its own. */
function drawable({ source }: DetectorPhoto): HTMLVideoElement | HTMLCanvasElement | undefined {
  const isElement = typeof HTMLElement !== 'undefined' && source instanceof HTMLElement;
  return isElement && !('naturalWidth' in source) ? (source as HTMLVideoElement | HTMLCanvasElement) : undefined;
}

async function toImageData(pixels: tf.Tensor3D): Promise<ImageData> {
  const [height, width] = pixels.shape;
  return new ImageData(new Uint8ClampedArray(await tf.browser.toPixels(pixels)), width, height);
}

function withEyes(face: DetectedFace, leftEye: Point | undefined, rightEye: Point | undefined): DetectedFace {
  const landmarks: FaceLandmarks | undefined = leftEye && rightEye && { leftEye, rightEye };
  return landmarks ? { ...face, landmarks } : face;
}

function toPoint([x, y]: readonly number[]): Point {
  return [x!, y!];
}

function mean(points: readonly Point[]): Point | undefined {
  if (points.length === 0) return undefined;
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0);
  return [sum(0) / points.length, sum(1) / points.length];
}
