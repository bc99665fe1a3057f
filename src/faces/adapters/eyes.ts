import type { FaceLandmarks, Point } from '../../image/region';
import type { DetectedFace } from '../detector';

/**
 * A place in an image, as detectors give it.
 */
export interface DetectorPoint {
  /** Pixels from the left edge, or their share of the width; see the detector. */
  x: number;
  /** Pixels from the upper edge, or their share of the height. */
  y: number;
  /** What is there, if the detector names it. */
  name?: string | undefined;
}

/** The face with its landmarks, if both eyes are known. */
export function withEyes(face: DetectedFace, leftEye: Point | undefined, rightEye: Point | undefined): DetectedFace {
  const landmarks: FaceLandmarks | undefined = leftEye && rightEye && { leftEye, rightEye };
  return landmarks ? { ...face, landmarks } : face;
}

/** The middle of points; undefined if there are none. */
export function mean(points: readonly Point[]): Point | undefined {
  if (points.length === 0) return undefined;
  const sum = (axis: 0 | 1) => points.reduce((total, point) => total + point[axis], 0);
  return [sum(0) / points.length, sum(1) / points.length];
}
