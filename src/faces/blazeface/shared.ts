import { type BlazeFaceDetector, loadFaceDetector } from './detector';

let shared: Promise<BlazeFaceDetector> | undefined;

/** The detector that all calls share which name no other; loaded at the first one. */
export function sharedDetector(): Promise<BlazeFaceDetector> {
  shared ??= loadFaceDetector().catch((error: unknown) => {
    shared = undefined; // so that the next call tries again
    throw error;
  });
  return shared;
}
