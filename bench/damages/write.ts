import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { today } from '../../src/cli/store';
import type { CardMetric, ModelCard } from '../../src/storage/card';
import { card as checkCard } from '../../src/storage/card-schema';
import { DAMAGES } from './damages';
import { meanAccuracy, type Accuracies } from './table';

const GUIDE = 'docs/models.md';
const PICTURE = 'docs/images/robustness.svg';
const MARKERS = /(<!-- robustness:start -->)[^]*?(<!-- robustness:end -->)/;
const PROTOCOL = `single view, mean over ${DAMAGES.length} kinds of damage at the middle strength`;

/** Writes the table into the guide to the models, and the picture beside it. */
export async function writeIntoDocs(table: string, svg: string): Promise<void> {
  const text = await readFile(GUIDE, 'utf8');
  if (!MARKERS.test(text)) {
    throw new Error(`${GUIDE}: expected <!-- robustness:start --> and <!-- robustness:end -->, received none.`);
  }
  const filled = text.replace(MARKERS, (_, start: string, end: string) => `${start}\n\n${table}\n\n${end}`);
  await writeFile(GUIDE, await format(filled, { ...(await resolveConfig(GUIDE)), filepath: GUIDE }));
  await writeFile(PICTURE, svg);
}

/** Writes the mean over the damages at the middle strength, and each, onto the card of bundled weights in place of an earlier one. */
export async function writeOntoCard(
  name: string,
  result: Accuracies,
  where: Pick<CardMetric, 'split' | 'rows' | 'backend'>,
): Promise<void> {
  const accuracy = meanAccuracy(result, ['middle']);
  if (Number.isNaN(accuracy)) throw new Error(`--cards: expected the middle strength of all damages, received less.`);
  const file = join('weights', name, 'card.json');
  const card = JSON.parse(await readFile(file, 'utf8')) as ModelCard;
  checkCard(`${file}:`, card);
  const metric: CardMetric = {
    ...where,
    date: today(),
    command: `npx tsx bench/robustness.ts --data fer2013.csv.gz --split ${where.split} --models ${name} --strengths middle`,
    protocol: PROTOCOL,
    accuracy,
    figures: Object.fromEntries(DAMAGES.map((damage) => [damage.name, result.scores[`${damage.name}, middle`]!])),
  };
  const others = (card.metrics ?? []).filter(({ protocol }) => protocol !== PROTOCOL);
  await writeFile(`${file}.new`, `${JSON.stringify({ ...card, metrics: [...others, metric] }, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
