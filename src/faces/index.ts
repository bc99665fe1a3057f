/**
 * Faces in photos and video: a face detector, joined with the classifier. An entry of its own, so that those who classify cropped
 * faces carry none of it.
 *
 * @packageDocumentation
 */
export { classifyFaces } from './classify-faces';
export { createFaceClassifier } from './face-classifier';
export type { ClassifiedFace, ClassifyFacesOptions, FaceClassifier, FaceClassifierOptions } from './face-classifier';
export { loadFaceDetector } from './blazeface/detector';
export type { FaceDetectorOptions } from './blazeface/detector';
export type { DetectedFace, DetectorPhoto, FaceDetector } from './detector';
export { fromFaceApi } from './adapters/face-api';
export { fromFaceDetection } from './adapters/face-detection';
export { fromHuman } from './adapters/human';
export { fromMediaPipe } from './adapters/media-pipe';
export { measureBaseline } from './measure-baseline';
export type { BaselineOptions } from './measure-baseline';
export type { FaceBaseline } from './baseline';
export { createTracker } from './tracker';
export type { Tracker, TrackerOptions } from './tracker';
export type { FrameClassifier } from './frame-classifier';
export type { TrackedFace } from './tracks';
