import { DisposedError, inputError } from '../errors';
import type { ImageSource } from '../image/read';
import { having, integer, number, object, optional, type Schema, share } from '../schema';
import { checkNumber, describe } from '../validate';
import { correctPredictions, type FaceBaseline, parseBaseline } from './baseline';
import { createFaceClassifier } from './face-classifier';
import { type FrameClassifier, toFaces } from './frame-classifier';
import { latestOnly } from './latest';
import { type TrackedFace, Tracks } from './tracks';
import { nextFrame } from './video-frames';

/**
 * Options of {@link createTracker}.
 */
export interface TrackerOptions {
  /**
   * Time constant of the smoothing in ms, at least 0: after it, 63 % of a sudden change show, whatever the frame rate. 0 shows each
   * frame as it is. Default 250.
   */
  smoothing?: number | undefined;
  /** By how much another class must be more probable before the label changes, 0..1. Default 0.1. */
  hysteresis?: number | undefined;
  /** Minimum overlap (intersection over union) of the boxes of one face in two frames, above 0..1. Default 0.2. */
  minOverlap?: number | undefined;
  /** For how many ms a face may be gone and still be the same when it is back at its place. Default 500. */
  memory?: number | undefined;
  /**
   * Every how many frames faces are detected, at least 1. In between they are taken to move on as they did, which saves the detector's time;
   * a frame without a face, and one after a fast movement, is always searched. Default 3.
   */
  detectEvery?: number | undefined;
  /**
   * A person's resting face, by which every face is corrected before smoothing: what {@link measureBaseline} returned for the classifier.
   * Not for one that has a baseline itself. Default: none.
   */
  baseline?: FaceBaseline | undefined;
}

/**
 * Follows faces through a video. Get one from {@link createTracker}.
 */
export interface Tracker {
  /**
   * Classifies a frame. While one is classified, only the newest of those that come in waits.
   *
   * @param frame The frame; borrowed until the promise settles.
   * @param time When it was taken, in ms. Default: now, by `performance.now()`.
   * @returns The faces in it; undefined if a newer frame took its place.
   * @throws DisposedError after {@link Tracker.dispose}; and whatever the classifier throws.
   */
  update(frame: ImageSource, time?: number): Promise<TrackedFace[] | undefined>;
  /**
   * Classifies the frames of a video as they are shown, as many as the device can, until {@link Tracker.stop}. Faces that were followed
   * before are forgotten.
   *
   * @param video The video; borrowed.
   * @param callback Is called with the faces of each frame that was classified.
   * @returns A promise that settles when the tracker is stopped or started again, and rejects if a frame cannot be classified.
   */
  start(video: HTMLVideoElement, callback: (faces: TrackedFace[]) => void): Promise<void>;
  /** Ends {@link Tracker.start}; the callback is not called any more. Harmless if it was not started. */
  stop(): void;
  /** Stops and forgets all faces. The classifier stays in use. May be called twice. */
  dispose(): void;
}

const parse = object({
  smoothing: optional(number({ min: 0 }), 250),
  hysteresis: optional(share, 0.1),
  minOverlap: optional(number({ min: 1e-6, max: 1 }), 0.2),
  memory: optional(number({ min: 0 }), 500),
  detectEvery: optional(integer({ min: 1 }), 3),
  baseline: optional(parseBaseline),
} satisfies Schema<TrackerOptions>);

/**
 * Classifies video at frame rate: frames that come too fast are dropped instead of queued, probabilities are smoothed over time, and
 * labels do not flicker.
 *
 * The smoothing is exponential in time, not in frames: `p += (1 - exp(-dt / smoothing)) * (new - p)`, so that irregular frames count for
 * as long as they lasted. Faces are told apart by the overlap of their boxes.
 *
 * Faces are detected every few frames and followed between them, so that a face costs one classification a frame.
 *
 * @param classifier A face classifier or a classifier; borrowed. Default: `createFaceClassifier()`, with the detector and the weights in
 *   this package.
 * @param options Smoothing and following.
 * @returns The tracker.
 * @throws InputError if the classifier or an option is not valid.
 * @example
 * ```ts
 * const tracker = createTracker();
 * await tracker.start(video, (faces) => draw(faces)); // until tracker.stop()
 * ```
 */
export function createTracker(
  classifier: FrameClassifier = createFaceClassifier(),
  options: TrackerOptions = {},
): Tracker {
  having<FrameClassifier>('classify', 'a classifier or face classifier')('createTracker', classifier);
  const where = 'createTracker: options';
  const { baseline, detectEvery, ...settings } = parse(where, options);
  if (baseline && classifier.baseline) {
    throw inputError(`${where}.baseline`, 'none for a classifier with a baseline', 'two baselines');
  }

  const tracks = new Tracks(settings);
  let isDisposed = false;
  let frames = 0; // since faces were last detected
  let videos = 0; // how many were begun: frames of an earlier one count no more
  let running: AbortController | undefined;

  const classify = latestOnly(async (frame: ImageSource, time: number, begun: number) => {
    const faces = ++frames % detectEvery === 0 ? undefined : tracks.predict(time);
    const results = await (faces ? classifier.classify(frame, { faces }) : classifier.classify(frame));
    if (!faces) frames = 0;
    const found = toFaces(results);
    const seen = baseline
      ? found.map((face) => ({ ...face, predictions: correctPredictions(face.predictions, baseline) }))
      : found;
    return isDisposed || begun !== videos ? undefined : tracks.update(seen, time, faces !== undefined);
  });

  const disposed = (method: string) =>
    new DisposedError(method, 'a tracker', 'Create another one with createTracker().');
  const tracker: Tracker = {
    async update(frame, time = performance.now()) {
      if (isDisposed) throw disposed('update');
      checkNumber('update: time', time);
      return classify(frame, time, videos);
    },
    async start(video, callback) {
      if (isDisposed) throw disposed('start');
      if (typeof video !== 'object' || video === null || typeof callback !== 'function') {
        const received = `${describe(video)} and ${describe(callback)}`;
        throw inputError('start', 'a video and a function for its faces', received);
      }
      tracker.stop();
      tracks.clear();
      videos++;
      const { signal } = (running = new AbortController());
      while (!signal.aborted) {
        const time = await nextFrame(video, signal);
        if (signal.aborted) return;
        const faces = await tracker.update(video, time);
        if (faces && !signal.aborted) callback(faces);
      }
    },
    stop() {
      running?.abort();
      running = undefined;
    },
    dispose() {
      tracker.stop();
      tracks.clear();
      isDisposed = true;
    },
  };
  return tracker;
}
