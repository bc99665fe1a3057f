import * as tf from '@tensorflow/tfjs-core';
import { BackendError, DisposedError, inputError } from '../errors';
import { ensureBackend } from '../backend/backend';
import type { PixelData } from '../image/pixels';
import { preprocess } from '../image/preprocess';
import { checkValues } from '../image/range';
import { type ImageSource, readImages } from '../image/read';
import { resize } from '../image/resize';
import { logitsOf } from '../models/logits';
import { checkOneOf, checkOptions } from '../validate';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkModel } from '../models/facts';
import type { CardDraft, ModelCard } from '../storage/card';
import { hasLostWeights } from '../models/known-facts';
import { resolveCard } from '../storage/resolve-card';
import { gradCam, lastConvolution } from './grad-cam';
import { occlusion } from './occlusion';
import { overlay } from './overlay';

/**
 * How evidence is found.
 *
 * - `'hiResCam'`: by the gradient of the class at each position of the last convolution, in the time of some predictions.
 * - `'gradCam'`: the same with the gradient averaged over all positions, as is usual. It shows where the kind of thing is that speaks
 *   for the class; in a network with dense layers, such as `shallow` and `deep`, also where it does not count.
 * - `'occlusion'`: by covering one part of the picture after the other, in the time of some hundred predictions; for any network on any
 *   backend.
 *
 * @example
 * ```ts
 * const method: ExplainMethod = 'gradCam';
 * const { overlay } = await explain(classifier, picture, { method });
 * ```
 */
export type ExplainMethod = 'hiResCam' | 'gradCam' | 'occlusion';

const METHODS: readonly ExplainMethod[] = ['hiResCam', 'gradCam', 'occlusion'];

/**
 * Options of {@link explain}.
 *
 * @example
 * ```ts
 * const options: ExplainOptions = { className: 'happy', method: 'occlusion' };
 * const { map } = await explain(classifier, picture, options);
 * ```
 */
export interface ExplainOptions {
  /** The class whose evidence is wanted, one of the card's class names. Default: the most probable one. */
  className?: string | undefined;
  /** How it is found. Default: `'hiResCam'` or, where the network has no convolution or the backend no gradient, `'occlusion'`. */
  method?: ExplainMethod | undefined;
}

/**
 * What {@link explain} gives.
 *
 * @example
 * ```ts
 * const { className, map, overlay }: Explanation = await explain(classifier, picture);
 * console.log(className, overlay.width);
 * map.dispose();
 * ```
 */
export interface Explanation {
  /** The class that the map speaks of. */
  className: string;
  /** How the map was made. */
  method: ExplainMethod;
  /**
   * Evidence for the class at each pixel of the network's input: [48, 48] for the bundled weights, float32 in 0..1. The strongest
   * evidence is 1; everything is 0 if nothing speaks for the class. The caller's, who disposes of it.
   */
  map: tf.Tensor2D;
  /** The picture in gray, at its own size, with the map laid over in colour: RGBA, so that `new ImageData(data, width)` takes it. */
  overlay: PixelData;
}

/** What is explained: a classifier, or a model with what is known about it. */
type ExplainSource = { readonly model: tfl.LayersModel; readonly card?: CardDraft | ModelCard | undefined };

/**
 * Shows which parts of a picture speak for a class.
 *
 * The map is as coarse as the network's last convolution, and says what the network looked at, not why a face looks so.
 *
 * @param source A classifier, or `{ model, card }`; borrowed until the promise settles.
 * @param input One picture of any size, decoded or not; borrowed until the promise settles.
 * @param options Class and method.
 * @returns The map as a tensor, which is the caller's, and as a picture.
 * @throws InputError if the source, the input or an option is not valid.
 * @throws BackendError if no backend is registered, or if a gradient was asked for that the active one cannot compute.
 * @throws DisposedError if the network was disposed of, also if that comes while the promise is pending.
 * @throws WeightsError if the card does not fit the network.
 * @throws FerError if an encoded picture is given in Node and the package `sharp` is not installed.
 * @example
 * ```ts
 * const { map, overlay } = await explain(classifier, photo, { className: 'happy' });
 * context.putImageData(new ImageData(new Uint8ClampedArray(overlay.data), overlay.width), 0, 0);
 * map.dispose();
 * ```
 */
export async function explain(
  source: ExplainSource,
  input: ImageSource,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const { classNames, preprocessing } = checkSource(source);
  checkOptions('explain: options', options, ['className', 'method']);
  const { className, method } = options;
  if (className !== undefined) checkOneOf('explain: options.className', className, classNames);
  if (method !== undefined) checkOneOf('explain: options.method', method, METHODS);
  await ensureBackend('explain');
  const image = await readImages(input, 'explain'); // [1, h, w, c]
  let pixels: tf.Tensor4D | undefined;
  let map: tf.Tensor2D | undefined;
  try {
    checkSingle(image);
    if ((input as unknown) instanceof tf.Tensor) await checkValues('explain', image);
    pixels = preprocess(image, preprocessing); // [1, 48, 48, 1]
    const label = className === undefined ? await topLabel(source, pixels) : classNames.indexOf(className);
    const evidence = await findEvidence(source, pixels, label, method);
    map = normalise(evidence.map, preprocessing.inputSize);
    return { className: classNames[label]!, method: evidence.method, map, overlay: await overlay(image, map) };
  } catch (error) {
    map?.dispose();
    throw hasLostWeights(source.model) ? disposed() : error; // disposed of while this waited
  } finally {
    tf.dispose([image, pixels ?? []]);
  }
}

function checkSource(source: ExplainSource) {
  checkModel('explain: source', source?.model);
  if (hasLostWeights(source.model)) throw disposed();
  return resolveCard('explain: card', source.model, source.card);
}

function disposed(): DisposedError {
  return new DisposedError('explain', 'a network', 'Load it again.');
}

function checkSingle({ shape }: tf.Tensor4D): void {
  if (shape[0] === 1) return;
  throw inputError('explain', 'one picture', `a batch of ${shape[0]}`, 'Explain them one after the other.');
}

async function topLabel({ model }: ExplainSource, pixels: tf.Tensor4D): Promise<number> {
  const top = tf.tidy(() => tf.argMax(logitsOf(model, pixels), -1)); // [1]
  try {
    return (await top.data())[0]!;
  } finally {
    top.dispose();
  }
}

async function findEvidence(
  { model }: ExplainSource,
  pixels: tf.Tensor4D,
  label: number,
  wanted: ExplainMethod | undefined,
): Promise<{ method: ExplainMethod; map: tf.Tensor2D }> {
  const layer = wanted === 'occlusion' ? undefined : lastConvolution(model);
  if (wanted !== 'occlusion' && wanted !== undefined && !layer) {
    const remedy = "Use the method 'occlusion'.";
    throw inputError('explain', 'a network with a convolution', model.name, remedy);
  }
  if (layer) {
    try {
      const weighting = wanted === 'gradCam' ? 'channel' : 'position';
      return { method: wanted ?? 'hiResCam', map: gradCam(model, layer, pixels, label, weighting) };
    } catch (cause) {
      if (!isMissingKernel(cause)) throw cause;
      if (wanted) throw cannotDifferentiate(cause);
    }
  }
  return { method: 'occlusion', map: await occlusion(model, pixels, label) };
}

/** Whether tfjs says that the backend lacks a kernel, which for a network that can predict is one of a gradient. */
function isMissingKernel(error: unknown): error is Error {
  return error instanceof Error && /^Kernel '\w+' not registered/.test(error.message);
}

function cannotDifferentiate(cause: Error): BackendError {
  return new BackendError({
    where: 'explain',
    expected: 'a backend that computes the gradient of every layer after the last convolution',
    received: `'${tf.getBackend()}', which does not`,
    remedy: "Use the method 'occlusion', or another backend.",
    cause,
  });
}

/** Brings a map to a size and its greatest value to 1, and disposes of it. */
function normalise(map: tf.Tensor2D, size: readonly [number, number]): tf.Tensor2D {
  const scaled = tf.tidy(() => {
    const sized = tf.reshape(resize(tf.reshape(map, [1, ...map.shape, 1]), size), [...size]);
    return tf.divNoNan<tf.Tensor2D>(sized, tf.max(sized));
  });
  map.dispose();
  return scaled;
}
