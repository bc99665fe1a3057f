import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { listModels, loadModel, predict, type Dataset } from 'fer-cnn';
import { loadFerPlus, type FerPlusVotes } from 'fer-cnn/curation';

/** Share of the FER+ votes in each target. */
export const FERPLUS_SHARE = 0.15;

/** Where the FER+ votes come from, in words for the card. */
export const FERPLUS_SOURCE =
  `votes of ten people for each image, the FER+ labels (Barsoum et al. 2016, arXiv:1608.01041), as ${100 * FERPLUS_SHARE} % of every ` +
  'target beside the label of FER2013; no vote is in this package';

/**
 * Loads the votes for a whole data file. They belong to its rows by position, so a file from which rows were taken away would get the votes
 * of other images.
 *
 * @throws An error if the file ends within a split of FER+.
 */
export async function loadVotes(path: string, { rows, names }: Dataset): Promise<FerPlusVotes> {
  const votes = await loadFerPlus(path);
  const images = (rows.at(-1) ?? 1) - 1;
  if (!names && images < votes.size && votes.splits[images] === votes.splits[images - 1]) {
    throw new Error(
      `--ferplus ${path}: expected votes for the ${images} rows of --data, received votes for ${votes.size}. ` +
        'Use both files as published, with all rows in their order.',
    );
  }
  return votes;
}

/** What teachers give the images of a data set: the file that `fer-cnn train --teacher` keeps, and that `research/teach.ts` writes. */
export interface TeacherFile {
  /** Where the probabilities come from, in words for the card. */
  source: string;
  /** The row of each image, as `dataset.rows` has it: in fer2013.csv the header is row 1. */
  rows: number[];
  /** The probability of each class, for each row. */
  probabilities: number[][];
}

/** Writes probabilities `[size, classes]` of the images of a data set. */
export async function writeTeacher(
  path: string,
  source: string,
  dataset: Dataset,
  values: Float32Array,
): Promise<void> {
  const { numClasses } = dataset;
  const probabilities = Array.from(dataset.rows, (_, i) =>
    Array.from(values.subarray(numClasses * i, numClasses * (i + 1)), (value) => Number(value.toPrecision(4))),
  );
  await writeFile(path, JSON.stringify({ source, rows: [...dataset.rows], probabilities } satisfies TeacherFile));
}

/** What commands on cards call a trained model: its name in the package, or the directory of its run. */
export const runName = (source: string): string =>
  (listModels() as string[]).includes(source) ? source : `runs/${basename(source)}`;

/** A data set with the probabilities of its teachers, and where those come from. */
export interface Lesson {
  taught: Dataset;
  source: string;
}

/**
 * The images with what teachers give them.
 *
 * @param teachers A file in JSON, or trained models, whose mean is computed once and kept in `out`.
 */
export async function taughtBy(dataset: Dataset, teachers: readonly string[], out: string): Promise<Lesson> {
  const [first] = teachers;
  if (teachers.length === 1 && first!.endsWith('.json')) return withTeacherFile(dataset, first!);
  const file = join(out, 'teacher.json');
  if (!existsSync(file)) {
    const probabilities = new Float32Array(dataset.numClasses * dataset.size);
    for (const teacher of teachers) {
      const { model, card } = await loadModel(teacher);
      const { preprocessing } = card;
      const values = await predict(model, dataset, { preprocessing, views: 'flip', batchSize: 256 });
      values.forEach((value, i) => (probabilities[i]! += value / teachers.length));
      model.dispose();
    }
    const names = teachers.map(runName).join(' and ');
    const source = `probabilities that ${names} give Training and its mirror images, in the mean`;
    await writeTeacher(file, source, dataset, probabilities);
  }
  return withTeacherFile(dataset, file);
}

/** The images with the probabilities of a teacher file, found by their rows. */
async function withTeacherFile(dataset: Dataset, path: string): Promise<Lesson> {
  const { source, rows, probabilities } = JSON.parse(await readFile(path, 'utf8')) as TeacherFile;
  const byRow = new Map(rows.map((row, i) => [row, probabilities[i]!]));
  const { numClasses } = dataset;
  const values = new Float32Array(numClasses * dataset.size);
  dataset.rows.forEach((row, i) => {
    const found = byRow.get(row);
    if (found?.length !== numClasses) {
      throw new Error(`--teacher ${path}: expected ${numClasses} probabilities for row ${row}, received none.`);
    }
    const sum = found.reduce((a, b) => a + b); // rounding
    values.set(
      found.map((value) => value / sum),
      numClasses * i,
    );
  });
  return { taught: dataset.withTeacher(values), source };
}
