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
 * The emotions in a picture of a face, most probable first, by the default bundled weights. The first call loads them; all
 * calls share them for as long as the program runs. To choose weights or to free them, use {@link loadClassifier}.
 *
 * @param input One picture of any size that shows a face and little else, or a batch [n, h, w, c]; borrowed until the
 *   promise settles.
 * @param options How many emotions to return, how sure to be, from how many views, and where the face is or the faces are.
 * @returns `[{ className, probability }, …]` in descending order; empty if the network is less sure than `minProbability`. For a
 *   batch one such list for each picture, for `regions` one for each of them.
 * @throws {@link InputError} if the input is no picture, empty, disposed of, or has values outside 0..255; if a region is not
 *   valid or lies outside of the picture.
 * @throws {@link BackendError} if no tfjs backend is registered, or the graphics card is taken away from it.
 * @throws {@link WeightsError} if the module of the weights cannot be imported.
 * @throws {@link FerError} if an encoded picture is given in Node and the package `sharp` is not installed.
 * @example
 * ```ts
 * import '@tensorflow/tfjs-backend-wasm';
 * import { classify } from 'fer-cnn';
 *
 * await classify('face.jpg', { topk: 2 }); // a path in Node, an address in a browser
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
    if (error instanceof BackendError) classifier.dispose(); // its weights went with the graphics card: load them anew next time
    throw error;
  }
}

/** The default classifier, without what other sources need. */
async function loadDefault(): Promise<Classifier> {
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
    if (shared === loading) shared = undefined; // so that the next call tries again
    throw error;
  }
  if (shared === loading) shared = undefined; // its weights went with tf.disposeVariables() or with the graphics card
  return sharedClassifier();
}
