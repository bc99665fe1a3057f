import { readFile, writeFile } from 'node:fs/promises';
import type { Dataset } from 'fer-cnn';

/** Share of the FER+ votes in each target. */
export const FERPLUS_SHARE = 0.15;

/** Where the FER+ votes come from, in words for the card. */
export const FERPLUS_SOURCE =
  `votes of ten people for each image, the FER+ labels (Barsoum et al. 2016, arXiv:1608.01041), as ${100 * FERPLUS_SHARE} % of every ` +
  'target beside the label of FER2013; no vote is in this package';

/** What a teacher network gives the pictures of FER2013: the file that `research/teach.ts` writes and `fer-cnn train --teacher` reads. */
export interface TeacherFile {
  /** Where the probabilities come from, in words for the card. */
  source: string;
  /** Row of each picture in fer2013.csv, the header being row 1. */
  rows: number[];
  /** Probability of each of the seven emotions, for each row. */
  probabilities: number[][];
}

/** Writes probabilities `[size, 7]` of the pictures of a data set. */
export async function writeTeacher(
  path: string,
  source: string,
  dataset: Dataset,
  values: Float32Array,
): Promise<void> {
  const probabilities = Array.from(dataset.rows, (_, i) =>
    Array.from(values.subarray(7 * i, 7 * i + 7), (value) => Number(value.toPrecision(4))),
  );
  await writeFile(path, JSON.stringify({ source, rows: [...dataset.rows], probabilities } satisfies TeacherFile));
}

/** The pictures with the probabilities of a teacher file, found by their rows; and where those come from. */
export async function withTeacherFile(dataset: Dataset, path: string): Promise<{ taught: Dataset; source: string }> {
  const { source, rows, probabilities } = JSON.parse(await readFile(path, 'utf8')) as TeacherFile;
  const byRow = new Map(rows.map((row, i) => [row, probabilities[i]!]));
  const values = new Float32Array(7 * dataset.size);
  dataset.rows.forEach((row, i) => {
    const found = byRow.get(row);
    if (found?.length !== 7)
      throw new Error(`--teacher ${path}: expected 7 probabilities for row ${row}, received none.`);
    const sum = found.reduce((a, b) => a + b); // rounding
    values.set(
      found.map((value) => value / sum),
      7 * i,
    );
  });
  return { taught: dataset.withTeacher(values), source };
}
