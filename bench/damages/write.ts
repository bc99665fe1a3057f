import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import { today } from '../../src/cli/store';
import { updateCard } from '../../research/support/card-file';
import type { CardMetric } from '../../src/storage/card-measured';
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
  const metric: CardMetric = {
    ...where,
    date: today(),
    command: `npm run bench:robustness -- --data fer2013.csv.gz --split ${where.split} --models ${name} --strengths middle`,
    protocol: PROTOCOL,
    accuracy,
    figures: Object.fromEntries(DAMAGES.map((damage) => [damage.name, result.scores[`${damage.name}, middle`]!])),
  };
  await updateCard(name, (card) => {
    const others = (card.metrics ?? []).filter(({ protocol }) => protocol !== PROTOCOL);
    return { ...card, metrics: [...others, metric] };
  });
}
