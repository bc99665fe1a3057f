import * as tf from '@tensorflow/tfjs-core';
import { type Dataset, loadFer2013, loadImageFolder, Random } from 'fer-cnn';
import { useBackend } from '../../examples/browser/backends';
import type { Images } from './train-messages';

/** Reads `fer2013.csv`, packed or not, or images in a folder for each class. */
export async function readData(files: readonly File[] | FileSystemDirectoryHandle): Promise<Dataset> {
  const [first] = 'kind' in files ? [] : files;
  if (first && /\.csv(?:\.gz)?$/.test(first.name)) return loadFer2013(first);
  if (tf.engine().backendName === undefined) await useBackend('wasm'); // images are resized by a backend
  return loadImageFolder(files, { onInvalid: 'skip' });
}

/** The parts to train and to validate on: those that the data names, otherwise four fifths and one fifth. */
export function partsOf(dataset: Dataset): { training: Dataset; validation: Dataset } {
  const [training, validation] = [dataset.where('Training'), dataset.where('PublicTest')];
  if (training.size > 0 && validation.size > 0) return { training, validation };
  const [most, rest] = dataset.split({ fractions: [0.8, 0.2], seed: 1 });
  return { training: most, validation: rest };
}

/** At most so many images, drawn at random but always the same. */
export function atMost(dataset: Dataset, count: number): Dataset {
  if (dataset.size <= count) return dataset;
  return dataset.subset(
    new Random(1).shuffle(Uint32Array.from({ length: dataset.size }, (_, i) => i)).subarray(0, count),
  );
}

/** What a worker is sent. */
export const imagesOf = ({ images, labels, height, width, classNames }: Dataset): Images => ({
  images,
  labels,
  height,
  width,
  classNames,
});
