import * as tf from '@tensorflow/tfjs-core';
import { BackendError, DisposedError, inputError, within } from '../errors';
import { ensureBackend } from '../backend/backend';
import type { PixelData } from '../image/pixels';
import { preprocess } from '../image/preprocess';
import { checkValues } from '../image/range';
import { type ImageSource, readImages } from '../image/read';
import { resize } from '../image/resize';
import { logitsOf } from '../models/logits';
import { object, oneOf, optional, type Schema } from '../schema';
import type * as tfl from '@tensorflow/tfjs-layers';
import { checkModel } from '../models/facts';
import type { CardDraft, ModelCard } from '../storage/card';
import { describe } from '../validate';
import { hasLostWeights } from '../models/known-facts';
import { resolveCard } from '../storage/resolve-card';
import { gradCam, lastConvolution } from './grad-cam';
import { occlusion } from './occlusion';
import { overlay } from './overlay';

/**
 * The method that finds the evidence.
 *
 * - `'hiResCam'`: HiResCAM. Weights the activations of the last convolution by the gradient at each position. Takes as long as a few
 *   predictions.
 * - `'gradCam'`: Grad-CAM. Weights them by the mean gradient of each channel. In models with dense layers, such as `shallow` and `deep`,
 *   it also marks places that do not contribute to the class.
 * - `'occlusion'`: covers one part of the image after the other. Works with every model and backend, but takes some hundred predictions.
 */
export type ExplainMethod = 'hiResCam' | 'gradCam' | 'occlusion';

const METHODS: readonly ExplainMethod[] = ['hiResCam', 'gradCam', 'occlusion'];

/** Options of {@link explain}. */
export interface ExplainOptions {
  /** The class to explain, one of the card's class names. Default: the most probable class. */
  className?: string | undefined;
  /** The method. Default: `'hiResCam'`, or `'occlusion'` if the model has no convolution or the backend cannot compute the gradient. */
  method?: ExplainMethod | undefined;
}

/** The result of {@link explain}. */
export interface Explanation {
  /** The class that is explained. */
  className: string;
  /** The method that was used. */
  method: ExplainMethod;
  /**
   * The evidence for the class at each pixel of the model's input: [48, 48] for the bundled weights, float32 in 0..1. The maximum is 1;
   * all values are 0 if there is no evidence. The caller disposes of it.
   */
  map: tf.Tensor2D;
  /** The image in gray at its own size, with the map as a colored overlay: RGBA, as `new ImageData(data, width)` takes it. */
  overlay: PixelData;
}

/** A classifier, or a model with its card. */
type ExplainSource = { readonly model: tfl.LayersModel; readonly card?: CardDraft | ModelCard | undefined };

/**
 * Shows which parts of an image are evidence for a class, as a heat map.
 *
 * The map is as coarse as the model's last convolution. It explains the model, not the emotion of the person.
 *
 * @param source A classifier, or `{ model, card }`; borrowed until the promise settles.
 * @param input One image of any size, decoded or not; borrowed until the promise settles.
 * @param options The class and the method.
 * @returns The map as a tensor, owned by the caller, and as an image.
 * @throws InputError if the source, the input or an option is not valid.
 * @throws BackendError if no backend is registered, or the active one cannot compute the gradient for the chosen method.
 * @throws DisposedError if the model was disposed of, also while the promise is pending.
 * @throws WeightsError if the card does not match the model.
 * @throws FerError if the image is encoded and the package `sharp` is not installed (Node only).
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
  return within('explain', () => explainImage(source, input, options));
}

async function explainImage(source: ExplainSource, input: ImageSource, options: ExplainOptions): Promise<Explanation> {
  const { classNames, preprocessing } = checkSource(source);
  const parse = object({
    className: optional(oneOf(classNames)),
    method: optional(oneOf(METHODS)),
  } satisfies Schema<ExplainOptions>);
  const { className, method } = parse(': options', options);
  await ensureBackend('explain');
  const image = await readImages(input); // [1, h, w, c]
  let pixels: tf.Tensor4D | undefined;
  let map: tf.Tensor2D | undefined;
  try {
    checkSingle(image);
    if ((input as unknown) instanceof tf.Tensor) await checkValues(image);
    pixels = preprocess(image, preprocessing); // [1, 48, 48, 1]
    const label = className === undefined ? await topLabel(source, pixels) : classNames.indexOf(className);
    const evidence = await findEvidence(source, pixels, label, method);
    map = normalize(evidence.map, preprocessing.inputSize);
    return { className: classNames[label]!, method: evidence.method, map, overlay: await overlay(image, map) };
  } catch (error) {
    map?.dispose();
    throw hasLostWeights(source.model) ? disposed() : error; // disposed of during an await
  } finally {
    tf.dispose([image, pixels ?? []]);
  }
}

function checkSource(source: ExplainSource) {
  if (!Object(source).model) throw inputError(': source', 'a classifier or { model, card }', describe(source));
  within(': source.model', () => checkModel(source.model));
  if (hasLostWeights(source.model)) throw disposed();
  return within(': card', () => resolveCard(source.model, source.card));
}

function disposed(): DisposedError {
  return new DisposedError('explain', 'a model', 'Load it again.');
}

function checkSingle({ shape }: tf.Tensor4D): void {
  if (shape[0] === 1) return;
  throw inputError('explain', 'one image', `a batch of ${shape[0]}`, 'Explain one image at a time.');
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
    const remedy = "Pass method: 'occlusion'.";
    throw inputError('explain', 'a model with a convolution', model.name, remedy);
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

/** Whether the backend lacks a kernel: that of a gradient, because the model can predict. */
function isMissingKernel(error: unknown): error is Error {
  return error instanceof Error && /^Kernel '\w+' not registered/.test(error.message);
}

function cannotDifferentiate(cause: Error): BackendError {
  return new BackendError({
    where: 'explain',
    expected: 'a backend with all gradients of the model',
    received: `'${tf.getBackend()}'`,
    remedy: "Pass method: 'occlusion', or use another backend.",
    cause,
  });
}

/** Resizes a map and scales its maximum to 1; disposes of the input. */
function normalize(map: tf.Tensor2D, size: readonly [number, number]): tf.Tensor2D {
  const scaled = tf.tidy(() => {
    const sized = tf.reshape(resize(tf.reshape(map, [1, ...map.shape, 1]), size), [...size]);
    return tf.divNoNan<tf.Tensor2D>(sized, tf.max(sized));
  });
  map.dispose();
  return scaled;
}
