import type * as tf from '@tensorflow/tfjs-core';
import { inputError } from '../errors';
import { describe } from '../validate';
import type { ImageSource } from '../image/read';
import type { Box, FaceLandmarks, FaceRegion, Point } from '../image/region';

/**
 * The pixels of a photo in memory.
 */
export interface PhotoBytes {
  /** [height * width * channels] row-major, 0..255; RGBA has straight alpha. */
  readonly data: ArrayLike<number>;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** 1 (gray), 3 (RGB) or 4 (RGBA). */
  readonly channels: number;
}

/**
 * A photo in the forms that detectors take.
 */
export interface DetectorPhoto {
  /** What the caller passed, or its decoded pixels if that was an encoded image. */
  readonly source: ImageSource;
  /** Height in pixels. */
  readonly height: number;
  /** Width in pixels. */
  readonly width: number;
  /**
   * The same as a tensor [h, w, 3], int32 0..255, RGB over white; made when it is asked for, and borrowed until the detector's promise
   * settles.
   */
  readonly pixels: tf.Tensor3D;
  /** The same in memory, without a detour over a tensor where it is there already. */
  read(): Promise<PhotoBytes>;
}

/**
 * A face that a detector found.
 */
export interface DetectedFace extends FaceRegion {
  /** Where it is, in pixels of the photo. It may reach over the edges. */
  readonly box: Box;
  /** Its eyes, and perhaps other points, if the detector tells them. */
  readonly landmarks?: FaceLandmarks | undefined;
  /** How sure the detector is, 0..1, if it tells. */
  readonly score?: number | undefined;
}

/**
 * Finds the faces in a photo. {@link loadFaceDetector} gives the one in this package; any other fits, too, and for some there are adapters:
 * {@link fromHuman}, {@link fromFaceApi}, {@link fromFaceDetection} and {@link fromMediaPipe}.
 */
export interface FaceDetector {
  /** The faces in a photo; an empty list if there is none. */
  detect(photo: DetectorPhoto, options?: DetectOptions): Promise<readonly DetectedFace[]> | readonly DetectedFace[];
}

/**
 * Options of {@link FaceDetector.detect}.
 */
export interface DetectOptions {
  /** Stops looking: the call rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** Longest side of a box as a share of the photo's longer side: what is beyond that is no face. */
const LARGEST_BOX = 2;

/** Minimum distance of the eyes as a share of the box's longer side: that of a face from the front is about 0.44, in profile it is small. */
const LEAST_EYE_DISTANCE = 0.2;

/** What faces that a detector found are called in messages. */
export const FOUND = 'faces of the detector';

/**
 * What can be cut out of a photo: faces with a part in it, without eyes that would lead astray. The largest come first.
 *
 * @param where What the faces are called in messages.
 * @param size Height and width of the photo in pixels.
 * @throws {@link InputError} if it is no array of faces with boxes.
 */
export function usableFaces(
  where: string,
  faces: readonly DetectedFace[],
  [height, width]: readonly [height: number, width: number],
): DetectedFace[] {
  checkFaces(where, faces);
  const isInside = ({ x, y, ...box }: Box) =>
    [x, y, box.width, box.height].every(Number.isFinite) &&
    Math.max(box.width, box.height) <= LARGEST_BOX * Math.max(width, height) &&
    Math.min(x + box.width, width) - Math.max(x, 0) >= 1 &&
    Math.min(y + box.height, height) - Math.max(y, 0) >= 1;
  const isPoint = (point: Point) => {
    if (!Array.isArray(point)) return false;
    const [x, y] = point;
    return x >= 0 && y >= 0 && x <= width && y <= height;
  };
  const areReliable = ({ leftEye, rightEye }: FaceLandmarks, box: Box) =>
    isPoint(leftEye) &&
    isPoint(rightEye) &&
    Math.hypot(leftEye[0] - rightEye[0], leftEye[1] - rightEye[1]) >=
      LEAST_EYE_DISTANCE * Math.max(box.width, box.height);
  const area = ({ box }: DetectedFace) => box.width * box.height;
  return faces
    .filter(({ box }) => isInside(box))
    .map((face) => {
      const { landmarks, ...rest } = face;
      return landmarks && !areReliable(landmarks, face.box) ? rest : face;
    })
    .sort((a, b) => area(b) - area(a));
}

/** Throws unless a detector gave an array of faces, each with a box. */
function checkFaces(where: string, faces: unknown): asserts faces is readonly DetectedFace[] {
  if (!Array.isArray(faces)) throw inputError(where, 'an array', describe(faces));
  faces.forEach((face: Partial<DetectedFace> | undefined, i) => {
    const { box, landmarks } = face ?? {};
    if (typeof box !== 'object' || box === null) {
      const expected = 'a face { box: { x, y, width, height } }';
      throw inputError(`${where}[${i}]`, expected, describe(face));
    }
    for (const point of [landmarks?.leftEye, landmarks?.rightEye] as unknown[]) {
      if (point === undefined || Array.isArray(point)) continue;
      const expected = 'eyes as points [x, y]';
      throw inputError(`${where}[${i}].landmarks`, expected, describe(point));
    }
  });
}
