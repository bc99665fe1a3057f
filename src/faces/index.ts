/**
 * Faces in photos and video: the classifier joined with a face detector of your choice. An entry of its own, so that those who
 * classify cropped faces carry none of it.
 *
 * @packageDocumentation
 */
export { createFaceClassifier } from './face-classifier';
export type { ClassifiedFace, ClassifyFacesOptions, FaceClassifier, FaceClassifierOptions } from './face-classifier';
export type { DetectedFace, DetectorPhoto, FaceDetector } from './detector';
export { fromFaceApi, fromFaceDetection, fromHuman, fromMediaPipe } from './adapters';
export type {
  DetectorPoint,
  FaceApiFace,
  FaceDetectionFace,
  FaceDetectionLike,
  HumanFace,
  HumanLike,
  MediaPipeFace,
  MediaPipeLike,
} from './adapters';
export { createTracker } from './tracker';
export type { FrameClassifier, Tracker, TrackerOptions } from './tracker';
export type { FrameFace, TrackedFace } from './tracks';
