import * as tf from '@tensorflow/tfjs-core';
import type { Prediction } from '../classify/predictions';
import { InputError, inputError } from '../errors';
import { isBatch } from '../image/input';
import type { ImageSource } from '../image/read';
import { callback, having, number, object, optional, type Schema, signal, text } from '../schema';
import { type FaceBaseline, meanBaseline } from './baseline';
import { createFaceClassifier } from './face-classifier';
import { type FrameClassifier, toFaces } from './frame-classifier';
import { nextFrame } from './video-frames';

/**
 * Options of {@link measureBaseline}.
 */
export interface BaselineOptions {
  /** The classifier that the baseline is for, without a baseline of its own; borrowed. Default: `createFaceClassifier()`. */
  classifier?: FrameClassifier;
  /** How long a video is watched, in seconds, above 0. Default 3. Not for images. */
  seconds?: number;
  /** The class that the resting face means. Default `'neutral'`. */
  className?: string;
  /** Called after each image with the share that is done, 0..1. */
  onProgress?: (share: number) => void;
  /** Ends the measurement; its reason is thrown. */
  signal?: AbortSignal;
}

const parse = object({
  classifier: optional(having<FrameClassifier>('classify', 'a classifier or face classifier')),
  seconds: optional(number({ min: 0.1, max: 3600 }), 3),
  className: optional(text, 'neutral'),
  onProgress: callback<BaselineOptions['onProgress']>(),
  signal,
} satisfies Schema<BaselineOptions>);

/**
 * Measures what a classifier takes a person's resting face for, so that `createFaceClassifier({ baseline })` and
 * `createTracker(classifier, { baseline })` can correct by it. The person looks into the camera without any expression. In each image the
 * largest face counts; images without a face are left out.
 *
 * @param source A video that is playing, of which the next seconds are watched; or one or more images; borrowed.
 * @param options The classifier, the time, and the class of the resting face.
 * @returns The baseline, plain values; it holds for this person and this classifier.
 * @throws InputError if no image has a face, the classifier has no such class or corrects already, or an option is not valid.
 * @throws The signal's reason if it is aborted, and whatever the classifier throws.
 * @example
 * ```ts
 * const baseline = await measureBaseline(video, { seconds: 3 });
 * const tracker = createTracker(createFaceClassifier({ baseline }));
 * ```
 */
export async function measureBaseline(
  source: ImageSource | readonly ImageSource[] | tf.Tensor4D,
  options: BaselineOptions = {},
): Promise<FaceBaseline> {
  const where = 'measureBaseline';
  const { classifier = createFaceClassifier(), seconds, className, onProgress, signal } = parse(where, options);
  if (classifier.baseline) {
    const remedy = 'Measure with one that was created without a baseline.';
    throw inputError(`${where}: classifier`, 'one that corrects nothing', 'one with a baseline', remedy);
  }
  signal?.throwIfAborted();
  const faces: Prediction[][] = [];
  const look = async (image: ImageSource) => {
    const [face] = toFaces(await classifier.classify(image));
    signal?.throwIfAborted();
    if (face && face.predictions.length > 0) faces.push(face.predictions);
  };
  if (isVideo(source)) await watch(source, seconds, look, onProgress, signal);
  else await each(source, look, onProgress);
  if (faces.length > 0) return meanBaseline(className, faces);
  throw new InputError({
    where,
    expected: 'a face',
    received: isVideo(source) ? `none within ${seconds} s` : 'none in the images',
    remedy: isVideo(source) ? 'Start the video, and look into the camera.' : 'Pass photos that show the face.',
  });
}

const isVideo = (source: unknown): source is HTMLVideoElement =>
  typeof source === 'object' && source !== null && ('requestVideoFrameCallback' in source || 'currentTime' in source);

/** Looks at the frames of a video until the time is over, counted from the first one: that may have to wait for weights. */
async function watch(
  video: HTMLVideoElement,
  seconds: number,
  look: (image: ImageSource) => Promise<void>,
  onProgress: BaselineOptions['onProgress'],
  signal: AbortSignal | undefined,
): Promise<void> {
  await look(video);
  const start = performance.now();
  const end = new AbortController();
  const stop = () => end.abort();
  const timer = setTimeout(stop, 1000 * seconds);
  signal?.addEventListener('abort', stop);
  try {
    while (!end.signal.aborted) {
      await nextFrame(video, end.signal);
      signal?.throwIfAborted();
      if (!end.signal.aborted) await look(video);
      onProgress?.(Math.min(1, (performance.now() - start) / (1000 * seconds)));
    }
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

async function each(
  source: ImageSource | readonly ImageSource[] | tf.Tensor4D,
  look: (image: ImageSource) => Promise<void>,
  onProgress: BaselineOptions['onProgress'],
): Promise<void> {
  const batch = isBatch(source as ImageSource) ? tf.unstack(source as tf.Tensor4D) : undefined;
  const images = (batch ?? [source].flat()) as readonly ImageSource[];
  try {
    for (const [i, image] of images.entries()) {
      await look(image);
      onProgress?.((i + 1) / images.length);
    }
  } finally {
    tf.dispose(batch ?? []);
  }
}
