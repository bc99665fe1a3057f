import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError, within } from '../errors';
import { isBatch } from '../image/input';
import type { ImageSource } from '../image/read';
import { denseHeadOf } from '../models/head';
import { callback, object, type Schema, signal } from '../schema';
import { checkFaces, type ProbabilityOptions, regionsOf, SHARED } from './options';

/** The images of a `Dataset`, or of any object with the same arrays; labels are not needed. */
export interface EmbedData {
  /** Pixels, `[size, height, width, channels]` row by row, 0..255. */
  readonly images: Uint8Array | Float32Array;
  /** The number of images. */
  readonly size: number;
  /** The height in pixels. */
  readonly height: number;
  /** The width in pixels. */
  readonly width: number;
  /** 1 (gray), 3 (RGB) or 4 (RGBA). */
  readonly channels: number;
}

/** Options of {@link Classifier.embed}. */
export interface EmbedOptions extends ProbabilityOptions {
  /** Aborts between two images or batches of a data set; its reason is thrown. */
  signal?: AbortSignal | undefined;
  /** Called after each image of an array, or each batch of a data set, with the number of finished images and the total. */
  onProgress?: ((done: number, total: number) => void) | undefined;
}

const parse = object({
  ...SHARED,
  signal,
  onProgress: callback<EmbedOptions['onProgress']>(),
} satisfies Schema<EmbedOptions>);

/** What the layers before the skipped ones give for an image or a batch: all rows one after another. */
type Run = (
  images: ImageSource,
  places: ProbabilityOptions,
  skipped: readonly tfl.layers.Layer[],
) => Promise<Float32Array>;

/**
 * Computes the vectors of images: `embed` of a classifier.
 *
 * @param input The image or images.
 * @returns One vector, or one for each image or region.
 */
export async function embed(
  model: tfl.LayersModel,
  run: Run,
  input: ImageSource | readonly ImageSource[] | EmbedData,
  options: EmbedOptions,
): Promise<Float32Array | Float32Array[]> {
  const where = 'embed: options';
  checkFaces(where, parse(where, options));
  const { signal, onProgress, ...places } = options;
  return within('embed', async () => {
    const { layers, size } = within(': model', () => denseHeadOf(model));
    const vectorsOf = async (images: ImageSource): Promise<Float32Array[]> => {
      signal?.throwIfAborted();
      const values = await run(images, places, layers);
      return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
    };
    const several = severalOf(input);
    if (!several) {
      const vectors = await vectorsOf(input as ImageSource);
      return isBatch(input) || places.regions ? vectors : vectors[0]!;
    }
    if (regionsOf(places)) throw inputError(': options', 'one image with a position', 'several');
    const vectors: Float32Array[] = [];
    for (const images of several.parts) {
      try {
        vectors.push(...(await vectorsOf(images)));
      } finally {
        if (several.isOwned) tf.dispose(images as tf.Tensor);
      }
      onProgress?.(vectors.length, several.size);
    }
    return vectors;
  });
}

/** Images of a data set that are run at once. */
const BATCH = 64;

type Shape = [height: number, width: number, channels: number];

/** Several images, in parts. */
interface Several {
  readonly parts: Iterable<ImageSource>;
  /** The number of images. */
  readonly size: number;
  /** Whether the parts are tensors to be disposed of. */
  readonly isOwned: boolean;
}

/**
 * The images of an array, or of a data set in batches [n, h, w, c], each made when it is asked for.
 *
 * @param input Any input of `embed`.
 * @returns The images; undefined if the input is one image or batch.
 * @throws {@link InputError} if the arrays of a data set do not match.
 */
function severalOf(input: unknown): Several | undefined {
  if (Array.isArray(input)) return { parts: input as ImageSource[], size: input.length, isOwned: false };
  if (typeof input !== 'object' || input === null || !('images' in input)) return undefined;
  const { images, size, height, width, channels } = input as EmbedData;
  const shape: Shape = [height, width, channels];
  const length = tf.util.sizeFromShape(shape);
  if (!ArrayBuffer.isView(images) || !(length > 0) || images.length !== size * length) {
    throw inputError(': data.images', `${[size, ...shape].join(' × ')} pixels`, `${Object(images).length} values`);
  }
  return { parts: toTensors(images, size, shape, length), size, isOwned: true };
}

function* toTensors(images: EmbedData['images'], size: number, shape: Shape, length: number) {
  for (let from = 0; from < size; from += BATCH) {
    const to = Math.min(from + BATCH, size);
    yield tf.tensor4d(new Float32Array(images.subarray(from * length, to * length)), [to - from, ...shape]);
  }
}
