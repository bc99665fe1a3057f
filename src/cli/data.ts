import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { EMOTIONS, loadFer2013, loadImageFolder, SPLITS, type CardDraft, type Dataset } from 'fer-cnn';
import { URL_SCHEME } from '../platform/platform';
import { showImages } from './progress';

/** Help for the option `--data`. */
export const DATA_HELP =
  'fer2013.csv or icml_face_data.csv, plain or gzipped, or a folder with a folder of images for each class';

/** Whether a path is that of a folder. */
export const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false, // the loader says why
  );

/**
 * Loads a CSV file or a folder of images of any classes.
 *
 * @param path The file or folder, or the URL of a file.
 */
export async function loadData(path: string): Promise<Dataset> {
  if (!existsSync(path) && !URL_SCHEME.test(path)) {
    throw new Error(`${path}: expected a CSV file or a folder of images, received a path that does not exist.`);
  }
  if (!(await isFolder(path))) return loadFer2013(path);
  const progress = showImages('reading');
  return loadImageFolder(path, { onProgress: ({ files, totalFiles }) => progress.update(files, totalFiles) }).finally(
    progress.stop,
  );
}

/** What a run trains on and is measured on. */
export interface TrainingSets {
  training: Dataset;
  validation: Dataset;
  /** The name of `validation` on the card and in the report. */
  validationName: string;
  /** What the card says about the data. */
  card: NonNullable<CardDraft['data']>;
}

const VALIDATION_SHARE = 0.1;

/**
 * The images to train on and those to measure on: the splits Training and PublicTest where there are such, else a random tenth is held
 * out. PrivateTest is never touched.
 *
 * @param path Where the data came from, for the card.
 */
export function trainingSets(path: string, dataset: Dataset, seed: number): TrainingSets {
  const sizes = Array.from(SPLITS, (_, split) => dataset.splits.filter((number) => number === split).length);
  const whole = sizes.some((size) => size > 0) ? dataset.where('Training') : dataset;
  if (whole.size === 0) throw new Error(`--data ${path}: expected images of the split Training, received none.`);
  if (sizes[0]! > 0 && sizes[1]! > 0) {
    return {
      training: whole,
      validation: dataset.where('PublicTest'),
      validationName: 'PublicTest',
      card: cardData(path, dataset, 'Training', whole.size),
    };
  }
  const fractions = [1 - VALIDATION_SHARE, VALIDATION_SHARE] as const;
  const [training, validation] = whole.split({ fractions, seed, stratify: true });
  if (validation.size === 0) {
    throw new Error(`--data ${path}: expected at least 10 images of a class, received ${whole.size} images in all.`);
  }
  const held = `${100 * VALIDATION_SHARE} % held out at random (seed ${seed})`;
  return {
    training,
    validation,
    validationName: `validation, ${held}`,
    card: cardData(path, dataset, `all but ${held}`, training.size),
  };
}

function cardData(path: string, { names, classNames }: Dataset, split: string, rows: number): TrainingSets['card'] {
  const isFer2013 = !names && classNames.every((name, i) => name === EMOTIONS[i]) && classNames.length === 7;
  if (!isFer2013) return { name: basename(path), split, rows, source: 'own data', license: 'that of the data' };
  return {
    ...{ name: 'FER2013', split, rows },
    source: 'Goodfellow et al., Challenges in Representation Learning, ICML 2013 workshop (arXiv:1307.0414)',
    license:
      'Published for research, without a clear license for redistribution; none of its images is in this package',
  };
}
