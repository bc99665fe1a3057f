import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { batches, type LabeledImages } from '../data/batches';
import { DEFAULT_PREPROCESSING, type Pixels, toColorSize, toGraySize } from '../image/preprocess';
import type { ModelTraits } from '../models/traits';

/** Facts of a model of images. */
export type ImageFacts = ModelTraits & { channels: 1 | 3; classes: number };

interface Scaling {
  readonly pixels: Pixels;
  readonly mean: number;
  readonly std: number;
}

const scaling = (mean: number, std: number, pixels: Pixels = { mean, std }): Scaling => ({ pixels, mean, std });

/** The usual scalings, the most usual one first: pixels in 0..1, minus the mean, divided by the standard deviation. */
export const SCALINGS: readonly Scaling[] = [
  scaling(0, 1, '0..1'),
  scaling(0.5, 0.5, '-1..1'),
  scaling(DEFAULT_PREPROCESSING.mean, DEFAULT_PREPROCESSING.std, 'fer2013'),
  scaling(0, 1 / 255, '0..255'),
  scaling(0.449, 0.226), // ImageNet's, the means of .485, .456, .406 and of .229, .224, .225 for red, green and blue
];

/**
 * The outputs of a model for all images, once for each scaling.
 *
 * @param model The model; borrowed.
 * @param data The images; borrowed.
 * @param facts What is known of the model.
 * @param signal Ends the run between two batches.
 * @returns `[scaling][image × class]`.
 */
export async function scaledOutputs(
  model: tfl.LayersModel,
  data: LabeledImages,
  { channels, inputShape, classes }: ImageFacts,
  batchSize: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const outputs = SCALINGS.map(() => new Float32Array(data.size * classes));
  const size = [inputShape[0] ?? data.height, inputShape[1] ?? data.width] as const;
  let done = 0;
  for (const batch of batches(data, { batchSize })) {
    signal?.throwIfAborted();
    const images = tf.tidy(() => {
      const pixels = tf.tensor4d(batch.images, [batch.size, batch.height, batch.width, batch.channels]);
      return channels === 1 ? toGraySize(pixels, size) : toColorSize(pixels, size);
    });
    try {
      for (const [i, { mean, std }] of SCALINGS.entries()) {
        const output = tf.tidy(() => {
          const scaled = tf.sub(tf.mul(images, 1 / (255 * std)), mean / std);
          return model.predictOnBatch(scaled) as tf.Tensor;
        });
        try {
          outputs[i]!.set(await output.data<'float32'>(), done * classes);
        } finally {
          output.dispose();
        }
      }
    } finally {
      images.dispose();
    }
    done += batch.size;
  }
  return outputs;
}
