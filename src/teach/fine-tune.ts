import type * as tfl from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../data/batches';
import { train } from '../train/train';
import type { Sample } from './types';

const EPOCHS = 12;
const RATE = 0.01;
const BATCH = 32;
/** Not mirrored: a class may be about one side, such as a wink of the left eye. */
const AUGMENT = { affine: { rotate: 8, scale: 0.08, shift: 0.06 }, contrast: 0.15 };

/** What fine-tuning is told. */
interface FineTuneOptions {
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress: (fraction: number) => void;
}

/**
 * Trains the head and the last block of a model on the images of samples. Batch norm keeps its statistics.
 *
 * @param model A model whose head was learned on the same samples; changed in place.
 * @param samples Samples with images.
 * @param classNames The classes in the order of the outputs; classes without samples are left alone.
 */
export async function fineTune(
  model: tfl.LayersModel,
  samples: readonly Sample[],
  classNames: readonly string[],
  { seed, signal, onProgress }: FineTuneOptions,
): Promise<void> {
  const thaw = freezeBelow(model);
  try {
    await train(model, toImages(samples, classNames), {
      epochs: EPOCHS,
      batchSize: BATCH,
      seed,
      augment: AUGMENT,
      loss: { labelSmoothing: 0.05 },
      optimization: { learningRate: RATE, clipNorm: 1 },
      ...(signal && { signal }),
      onProgress: ({ epoch }) => onProgress(epoch / EPOCHS),
    });
  } finally {
    thaw();
  }
}

/** Freezes everything before the last convolution block, and all batch norm. Returns a function that restores the layers. */
function freezeBelow(model: tfl.LayersModel): () => void {
  const { layers } = model;
  const isPool = (layer: tfl.layers.Layer) => /^(Max|Average)Pooling2D$/.test(layer.getClassName());
  const isConvolution = (layer: tfl.layers.Layer) => layer.getClassName().includes('Conv2D');
  const last = layers.reduce((found, layer, i) => (isConvolution(layer) ? i : found), -1);
  const start = layers.reduce((found, layer, i) => (i < last && isPool(layer) ? i : found), -1);
  const before = layers.map(({ trainable }) => trainable);
  layers.forEach((layer, i) => {
    if (i <= start || layer.getClassName() === 'BatchNormalization') layer.trainable = false;
  });
  return () => layers.forEach((layer, i) => (layer.trainable = before[i]!));
}

function toImages(samples: readonly Sample[], classNames: readonly string[]): LabeledImages {
  const { width, height, channels = 1 } = samples[0]!.image!;
  const length = width * height * channels;
  const images = new Uint8Array(samples.length * length);
  samples.forEach(({ image }, i) => images.set(image!.data as Uint8Array, i * length));
  const labels = Uint8Array.from(samples, ({ label }) => classNames.indexOf(label));
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const sampleWeights = Float32Array.from(labels, (label) => samples.length / (counts.size * counts.get(label)!));
  const shape = { size: samples.length, height, width, channels, numClasses: classNames.length };
  return { images, labels, targets: undefined, sampleWeights, classNames, ...shape };
}
