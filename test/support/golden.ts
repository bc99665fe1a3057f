import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { applyTemperature } from '../../src/metrics/temperature';
import type { ModelCard } from '../../src/storage/card';
import type { Golden, GoldenPicture } from '../../src/cli/golden';

const WEIGHTS = fileURLToPath(new URL('../../weights/', import.meta.url));

/** Golden pictures of bundled weights, and what a classifier has to make of them. */
export interface GoldenRecord {
  readonly card: ModelCard;
  readonly pictures: GoldenPicture[];
  /** [pictures][classes], calibrated as the card says. */
  readonly probabilities: number[][];
}

/** Reads the record of bundled weights. */
export async function readGolden(name: string): Promise<GoldenRecord> {
  const read = async (file: string) => JSON.parse(await readFile(`${WEIGHTS}${name}/${file}`, 'utf8')) as unknown;
  const card = (await read('card.json')) as ModelCard;
  const { pictures } = (await read('golden.json')) as Golden;
  const calibrate = (row: number[]) => [...applyTemperature(row, row.length, card.calibration?.temperature ?? 1)];
  return { card, pictures, probabilities: pictures.map(({ output }) => calibrate(output)) };
}
