import * as tf from '@tensorflow/tfjs-core';
import { type Dataset, loadFer2013, loadImageFolder, Random, SPLITS } from 'fer-cnn';
import { useBackend } from '../../examples/browser/backends';
import type { Images } from './train-messages';

/** Reads `fer2013.csv`, packed or not, or images in a folder for each class. */
export async function readData(files: readonly File[]): Promise<Dataset> {
  const [first] = files;
  if (!first) throw new Error('The folder is empty.');
  if (!first.webkitRelativePath) {
    if (/\.csv(?:\.gz)?$/i.test(first.name)) return loadFer2013(first);
    throw new Error(`${first.name}: expected fer2013.csv, fer2013.csv.gz or a folder. Choose one of them.`);
  }
  if (!tf.getBackend()) await useBackend('wasm'); // images are resized by a backend
  return loadImageFolder(files, { onInvalid: 'skip' });
}

/** The images to train and to validate on. */
export interface Parts {
  readonly training: Dataset;
  readonly validation: Dataset;
}

/**
 * Divides data into the parts that it names, otherwise into four fifths and one fifth. What it names as a test stays aside.
 *
 * @throws If there are images of one class alone, from which nothing can be learned.
 */
export function partsOf(dataset: Dataset): Parts {
  const parts = divide(dataset);
  const [label, ...others] = new Set(parts.training.labels.filter((each) => each < dataset.numClasses));
  if (label !== undefined && others.length > 0) return parts;
  const found = label === undefined ? 'no labels' : `only ${dataset.classNames[label]}`;
  throw new Error(`Expected images of two classes or more, received ${found}. Add a folder for another class.`);
}

function divide(dataset: Dataset): Parts {
  const hasSplits = dataset.splits.some((split) => split < SPLITS.length);
  const training = hasSplits ? dataset.where('Training') : dataset;
  const validation = hasSplits ? dataset.where('PublicTest') : undefined;
  if (validation && validation.size > 0 && training.size > 0) return { training, validation };
  const [most, rest] = (training.size > 0 ? training : dataset).split({
    fractions: [0.8, 0.2],
    seed: 1,
    stratify: true,
  });
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
