import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { type Batch, batches, type LabeledImages } from '../data/batches';
import { classNamesFrom } from '../class-names';
import { checkShares, checkWeights } from '../data/check-values';
import { checkPixels } from '../data/from-tensors';
import { inputError, within } from '../errors';
import { type Pixels, preprocess, type Preprocessing } from '../image/preprocess';
import { meanOverViews, parseViews, type Views } from '../image/views';
import { checkOutput, resolvePreprocessing } from '../models/facts';
import { pause } from '../pause';
import { batchSize, callback, object, type Schema, signal, unchecked } from '../schema';
import { checkInteger, describe } from '../validate';

/** Options of {@link predict}. */
export interface PredictOptions {
  /** The number of images per batch, at least 1. Default 64. */
  batchSize?: number;
  /**
   * How pixels become the model's input, in full or only the scaling. Default: what the model was built, trained or loaded with. Models
   * from other sources have no default.
   */
  preprocessing?: Preprocessing | Pixels;
  /** Test-time augmentation: averages the outputs over these views of each image. Default `'single'`: off. */
  views?: Views;
  /** Aborts between two batches; its reason is thrown. Default: none. */
  signal?: AbortSignal;
  /** Called after each batch with the number of finished images and the total. Default: none. */
  onProgress?: (done: number, total: number) => void;
}

/** The options of {@link predict}. */
export const PREDICT_OPTIONS = {
  batchSize,
  preprocessing: unchecked<PredictOptions['preprocessing']>, // is resolved by the model
  views: parseViews,
  signal,
  onProgress: callback<PredictOptions['onProgress']>(),
} satisfies Schema<PredictOptions>;

const parse = object(PREDICT_OPTIONS);

/** The maximum time, in milliseconds, that several batches block the event loop. */
const PATIENCE = 40;

/**
 * Runs a model on every image of a data set. The data may be unlabeled.
 *
 * @param model A model with one input `[n, h, w, 1 or 3]` and one output `[n, numClasses]`; borrowed, run in inference mode.
 * @param data The images, 0..255; borrowed.
 * @param options Batch size, preprocessing, abort signal and progress callback.
 * @returns The outputs of the last layer, `[size, numClasses]` row by row, in the order of the data; empty for empty data.
 * @throws InputError if an option, the data or the model's shapes are not valid, before any tensor is created.
 * @throws The signal's reason when it is aborted. No tensor is leaked.
 * @example
 * ```ts
 * const outputs = await predict(model, dataset, { batchSize: 128 });
 * const first = outputs.subarray(0, dataset.numClasses);
 * ```
 */
export async function predict(
  model: tfl.LayersModel,
  data: LabeledImages,
  options: PredictOptions = {},
): Promise<Float32Array> {
  const parsed = parse('predict', options);
  return within('predict', () => predictFor(model, data, parsed));
}

/** {@link predict} with parsed options. */
export async function predictFor(
  model: tfl.LayersModel,
  data: LabeledImages,
  options: ReturnType<typeof parse>,
): Promise<Float32Array> {
  const { batchSize, views, signal, onProgress } = options;
  const preprocessing = preprocessingOf(model, options.preprocessing);
  within(': data', () => checkPictures(data));
  checkOutput(model, data);

  const outputs = new Float32Array(data.size * data.numClasses);
  let done = 0;
  let pausedAt = performance.now();
  for (const batch of batches(data, { batchSize })) {
    signal?.throwIfAborted();
    const output = forward(model, batch, preprocessing, views);
    try {
      outputs.set(await output.data<'float32'>(), done * data.numClasses);
    } finally {
      output.dispose();
    }
    done += batch.size;
    onProgress?.(done, data.size);
    if (performance.now() - pausedAt > PATIENCE) {
      await pause(); // which the CPU and WASM backends do not do when they return data
      pausedAt = performance.now();
    }
  }
  return outputs;
}

function forward(model: tfl.LayersModel, batch: Batch, preprocessing: Preprocessing, views: Views): tf.Tensor {
  return tf.tidy(() => {
    const images = tf.tensor4d(batch.images, [batch.size, batch.height, batch.width, batch.channels]);
    return meanOverViews(preprocess(images, preprocessing), views, (x) => model.predictOnBatch(x) as tf.Tensor);
  });
}

/**
 * Returns the preprocessing of a model, from the options or the model.
 * @throws InputError if it is unknown, or does not match the model's input.
 */
function preprocessingOf(model: tfl.LayersModel, given: PredictOptions['preprocessing']): Preprocessing {
  const found = resolvePreprocessing(model, given);
  if (found) return found;
  const remedy = "Pass preprocessing: '0..1', '-1..1', '0..255', 'fer2013' or { mean, std }.";
  throw inputError(': model', 'a model with known preprocessing', 'one without', remedy);
}

/**
 * Throws unless `data` has the arrays of {@link LabeledImages} in matching lengths, and valid pixels.
 *
 * @param data Should be images with their labels.
 */
export function checkPictures(data: LabeledImages): void {
  if (!ArrayBuffer.isView(data?.images) || !ArrayBuffer.isView(data.labels)) {
    const expected = 'a Dataset or an object with the same arrays';
    throw inputError('', expected, describe(data));
  }
  const { size, height, width, channels, numClasses } = data;
  for (const [name, value] of Object.entries({ size, height, width, channels, numClasses })) {
    checkInteger(`.${name}`, value, { min: name === 'size' ? 0 : 1 });
  }
  const shapes = {
    images: [height, width, channels],
    labels: [],
    targets: [numClasses],
    teacher: [numClasses],
    sampleWeights: [],
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const values = data[name as keyof typeof shapes];
    checkKind(`.${name}`, values, KINDS[name as keyof typeof shapes]);
    if (!values || values.length === shape.reduce((product, count) => product * count, size)) continue;
    const expected = `${[size, ...shape].join(' × ')} values`;
    throw inputError(`.${name}`, expected, `${values.length}`);
  }
  if (data.classNames !== undefined) {
    classNamesFrom(1)('.classNames', data.classNames);
    if (data.classNames.length !== numClasses) {
      throw inputError('.classNames', `${numClasses} names`, `${data.classNames.length}`);
    }
  }
  within('.targets', () => checkShares(data.targets, numClasses, true));
  within('.teacher', () => checkShares(data.teacher, numClasses));
  within('.sampleWeights', () => checkWeights(data.sampleWeights));
  if (isOfKind(data.images, ['Float32Array'])) within('.images', () => checkPixels(data.images)); // bytes always are
}

const BYTES = ['Uint8Array', 'Uint8ClampedArray'];
const FLOATS = ['Float32Array'];

/** The typed arrays of {@link LabeledImages}; others would be cut to these without a word. */
const KINDS = { images: [...BYTES, ...FLOATS], labels: BYTES, targets: FLOATS, teacher: FLOATS, sampleWeights: FLOATS };

/** By tag: classes differ between the frames of a page. */
const isOfKind = (values: unknown, kinds: readonly string[]): boolean =>
  kinds.includes(Object.prototype.toString.call(values).slice(8, -1));

function checkKind(where: string, values: unknown, kinds: readonly string[]): void {
  if (values === undefined || values === null || isOfKind(values, kinds)) return;
  const kind =
    kinds[0] === 'Uint8Array' ? kinds.filter((name) => name !== 'Uint8ClampedArray').join(' or ') : kinds[0]!;
  const remedy = where === '.images' ? 'Scale other pixels to 0..255 first.' : `Convert it with ${kind}.from(x).`;
  throw inputError(where, `a ${kind}`, describe(values), remedy);
}
