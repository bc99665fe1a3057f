/**
 * Faces in photos and video: the classifier joined with a face detector of your choice. An entry of its own, so that those who
 * classify cropped faces carry none of it.
 *
 * @packageDocumentation
 */
export { createFaceClassifier } from './face-classifier';
export type { ClassifiedFace, ClassifyFacesOptions, FaceClassifier, FaceClassifierOptions } from './face-classifier';
export type { DetectedFace, DetectorPhoto, FaceDetector } from './detector';
export { fromFaceApi } from './adapters/face-api';
export type { FaceApiFace } from './adapters/face-api';
export { fromFaceDetection } from './adapters/face-detection';
export type { FaceDetectionFace, FaceDetectionLike } from './adapters/face-detection';
export { fromHuman } from './adapters/human';
export type { HumanFace, HumanLike } from './adapters/human';
export { fromMediaPipe } from './adapters/media-pipe';
export type { MediaPipeFace, MediaPipeLike } from './adapters/media-pipe';
export type { DetectorPoint } from './adapters/eyes';
export { createTracker } from './tracker';
export type { FrameClassifier, Tracker, TrackerOptions } from './tracker';
export type { FrameFace, TrackedFace } from './tracks';
