import type * as tf from '@tensorflow/tfjs-core';
import { BackendError } from '../errors';
import { ensureBackend } from '../backend/backend';
import type { ImageSource, SingleImage } from '../image/read';
import { EMOTIONS } from '../labels';
import { DEFAULT_MODEL, importBundled } from '../storage/bundled';
import { decodeBundled } from '../storage/decode-bundled';
import { Classifier } from './classifier';
import { checkClassifyOptions, type ClassifyOptions, type RegionsOptions } from './options';
import type { Prediction } from './predictions';

let shared: Promise<Classifier> | undefined;

/**
 * Classifies the emotion in an image of a face with the default model. The first call loads the model, and all calls share it. Use
 * {@link loadClassifier} to choose a model or to dispose of it.
 *
 * @param input A face image of any size, or a batch [n, h, w, c]; borrowed until the promise settles.
 * @param options The number of classes, the minimum probability, test-time augmentation, and the position of faces.
 * @returns `[{ className, probability }, …]`, most probable first; empty if no probability reaches `minProbability`. For a batch or
 *   `regions`, one such array per image or region.
 * @throws {@link InputError} if the input is not an image, empty, disposed of, or has values outside 0..255; if a region is not
 *   valid or outside of the image.
 * @throws {@link BackendError} if no tfjs backend is registered, or its GPU device is lost.
 * @throws {@link WeightsError} if the module of the weights cannot be imported.
 * @throws {@link FerError} if the image is encoded and the package `sharp` is not installed (Node only).
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * import { classify } from 'fer-cnn';
 *
 * await classify('face.jpg', { topk: 2 }); // a path in Node, a URL in a browser
 * // [{ className: 'happy', probability: 0.93 }, { className: 'neutral', probability: 0.04 }]
 * ```
 */
export function classify(input: ImageSource, options: ClassifyOptions & RegionsOptions): Promise<Prediction[][]>;
export function classify(input: tf.Tensor4D, options?: ClassifyOptions): Promise<Prediction[][]>;
export function classify(
  input: SingleImage,
  options?: ClassifyOptions & { regions?: undefined },
): Promise<Prediction[]>;
export function classify(input: ImageSource, options?: ClassifyOptions): Promise<Prediction[] | Prediction[][]>;
export async function classify(
  input: ImageSource,
  options: ClassifyOptions = {},
): Promise<Prediction[] | Prediction[][]> {
  checkClassifyOptions(options, EMOTIONS.length);
  await ensureBackend('classify');
  const classifier = await sharedClassifier();
  try {
    return await classifier.classify(input, options);
  } catch (error) {
    if (error instanceof BackendError) classifier.dispose(); // its weights were lost with the GPU device: the next call loads them again
    throw error;
  }
}

/** Loads the default classifier, without the code for other sources. */
export async function loadDefault(): Promise<Classifier> {
  const { model, card } = await decodeBundled(await importBundled(DEFAULT_MODEL));
  return new Classifier(model, card, true);
}

async function sharedClassifier(): Promise<Classifier> {
  shared ??= loadDefault();
  const loading = shared;
  try {
    const classifier = await loading;
    if (!classifier.isDisposed) return classifier;
  } catch (error) {
    if (shared === loading) shared = undefined; // the next call tries again
    throw error;
  }
  if (shared === loading) shared = undefined; // its weights were disposed of by tf.disposeVariables() or lost with the GPU device
  return sharedClassifier();
}
