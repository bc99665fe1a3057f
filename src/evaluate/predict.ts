import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import type { Batch, LabeledImages } from '../data/batches';
import { batches } from '../data/batches';
import { checkClassNames } from '../class-names';
import { checkShares, checkWeights } from '../data/check-values';
import { checkPixels } from '../data/from-tensors';
import { inputError } from '../errors';
import type { Pixels, Preprocessing } from '../image/preprocess';
import { preprocess } from '../image/preprocess';
import type { Views } from '../image/views';
import { checkViews, meanOverViews } from '../image/views';
import { checkOutput, resolvePreprocessing } from '../models/facts';
import { checkInteger, checkOptions, describe } from '../validate';

/**
 * How to run a model over a data set.
 *
 * @example
 * ```ts
 * const options: PredictOptions = { batchSize: 256, onProgress: (done, total) => console.log(done / total) };
 * const outputs = await predict(model, dataset, options);
 * ```
 */
export interface PredictOptions {
  /** Pictures a batch, at least 1; more is faster as long as the memory suffices. Default 64. */
  batchSize?: number;
  /**
   * How pixels become the model's input, in full or as the scaling of pixels alone. Default: what the model was built, trained or
   * loaded with; a model from elsewhere has none.
   */
  preprocessing?: Preprocessing | Pixels;
  /** Test-time augmentation: the outputs are the mean over these views of each picture. Default `'single'`: none. */
  views?: Views;
  /** Ends the run between two batches; its reason is thrown. Default none. */
  signal?: AbortSignal;
  /** Called after each batch with the number of pictures done and their total. Default none. */
  onProgress?: (done: number, total: number) => void;
}

/** The names of the {@link PredictOptions}. */
export const PREDICT_OPTIONS = ['batchSize', 'preprocessing', 'views', 'signal', 'onProgress'] as const;

/** Longest time, in milliseconds, for which the event loop is kept waiting, apart from a single batch. */
const PATIENCE = 40;

/**
 * The outputs of a model for every picture of a data set, in its order. Labels and targets are not used, so that the
 * data may be unlabelled.
 *
 * @param model A model from one input `[n, h, w, 1 or 3]` to one output `[n, numClasses]`; borrowed, and run in inference mode.
 * @param data The pictures, 0..255; borrowed.
 * @param options Batch size, preprocessing, abort signal and progress callback.
 * @returns The outputs, `[size, numClasses]` row by row, as the model's last layer gives them; empty for empty data.
 * @throws InputError if an option, the data or the model's shapes do not fit, before any tensor is made.
 * @throws The signal's reason if it is aborted. No tensor is left over then either.
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
  return predictFor('predict', model, data, options);
}

/** What {@link predict} does, for the function named `where`. */
export async function predictFor(
  where: string,
  model: tfl.LayersModel,
  data: LabeledImages,
  options: PredictOptions,
): Promise<Float32Array> {
  checkOptions(where, options, PREDICT_OPTIONS);
  const { batchSize = 64, views = 'single', signal, onProgress } = options;
  checkInteger(`${where}: batchSize`, batchSize, { min: 1 });
  checkViews(`${where}: views`, views);
  const preprocessing = preprocessingOf(where, model, options.preprocessing);
  checkPictures(`${where}: data`, data);
  checkOutput(where, model, data);

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
      await pause();
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

/** Lets timers, signals and the page go on: the plain CPU and WASM backends give their data without doing so. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/**
 * The preprocessing for a model, given or known.
 * @throws InputError if it is not known, or does not fit the model's input.
 */
function preprocessingOf(where: string, model: tfl.LayersModel, given: PredictOptions['preprocessing']): Preprocessing {
  const found = resolvePreprocessing(where, model, given);
  if (found) return found;
  const remedy = "Pass preprocessing: '0..1', '-1..1', '0..255', 'fer2013' or { mean, std }.";
  throw inputError(`${where}: model`, 'a model whose preprocessing is known', 'one from elsewhere', remedy);
}

/**
 * Throws unless `data` holds the arrays of {@link LabeledImages} in the lengths that it states, and pixels.
 *
 * @param where The argument, for the message.
 * @param data Should be pictures with their labels.
 * @throws InputError
 */
export function checkPictures(where: string, data: LabeledImages): void {
  if (!ArrayBuffer.isView(data?.images) || !ArrayBuffer.isView(data.labels)) {
    const expected = 'a Dataset or an object with the same arrays';
    throw inputError(where, expected, describe(data));
  }
  const { size, height, width, channels, numClasses } = data;
  const shapes = {
    images: [height, width, channels],
    labels: [],
    targets: [numClasses],
    teacher: [numClasses],
    sampleWeights: [],
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const values = data[name as keyof typeof shapes];
    checkKind(`${where}.${name}`, values, KINDS[name as keyof typeof shapes]);
    if (!values || values.length === shape.reduce((product, count) => product * count, size)) continue;
    const expected = `${[size, ...shape].join(' × ')} values`;
    throw inputError(`${where}.${name}`, expected, `${values.length}`);
  }
  if (data.classNames !== undefined) {
    checkClassNames(`${where}.classNames`, data.classNames);
    if (data.classNames.length !== numClasses) {
      throw inputError(`${where}.classNames`, `${numClasses} names`, `${data.classNames.length}`);
    }
  }
  checkShares(`${where}.targets`, data.targets, numClasses, true);
  checkShares(`${where}.teacher`, data.teacher, numClasses);
  checkWeights(`${where}.sampleWeights`, data.sampleWeights);
  if (isOfKind(data.images, ['Float32Array'])) checkPixels(`${where}.images`, data.images); // bytes always are
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
  const remedy = where.endsWith('.images') ? 'Scale other pixels to 0..255 first.' : `Convert it with ${kind}.from(x).`;
  throw inputError(where, `a ${kind}`, describe(values), remedy);
}
