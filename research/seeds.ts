/**
 * How much of a score is chance: `npx tsx research/seeds.ts runs/shallow-1 runs/shallow-2 runs/shallow-3` compares runs of `fer-cnn train` that
 * differ in their seed alone, and writes mean and spread onto the card of the first.
 */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelCard } from 'fer-cnn';
import { cli } from './support/cli';
import { main } from './support/main';

const [runs] = cli('research/seeds.ts', 'Mean and spread of runs that differ in their seed alone.')
  .argument('<run...>', 'directories that fer-cnn train wrote; mean and spread go onto the card of the first')
  .parse().processedArgs as [string[]];

await main(async () => {
  const cards = await Promise.all(runs.map(readCard));
  const seeds = cards.map(({ training }) => training!.seed);
  if (runs.length < 2 || new Set(seeds).size < runs.length || new Set(cards.map(recipeOf)).size > 1) {
    throw new Error(`${runs.join(' ')}: expected two or more runs of one recipe, each with a seed of its own.`);
  }
  const scores = cards.map(({ metrics }) => metrics![0]!);
  const mean = average(scores.map(({ accuracy }) => accuracy));
  const squares = average(scores.map(({ accuracy }) => (accuracy - mean) ** 2));
  const deviation = Math.sqrt((squares * scores.length) / (scores.length - 1));
  const each = scores.map(({ accuracy }, i) => `seed ${seeds[i]} ${percent(accuracy)}`).join(', ');
  const metric: NonNullable<ModelCard['metrics']>[number] = {
    ...scores[0]!,
    protocol: `single view, mean of ${runs.length} runs (${each}), standard deviation ${(100 * deviation).toFixed(2)} points`,
    accuracy: mean,
    figures: { standardDeviation: deviation },
    command: `npx tsx research/seeds.ts ${runs.join(' ')}`,
  };
  console.log(`${metric.split}, ${metric.protocol}: ${percent(mean)}`);
  const others = cards[0]!.metrics!.filter(({ command }) => !command.startsWith('npx tsx research/seeds.ts'));
  await replace(join(runs[0]!, 'card.json'), { ...cards[0], metrics: [...others, metric] });
});

async function readCard(run: string): Promise<ModelCard> {
  const file = join(run, 'card.json');
  const card = JSON.parse(await readFile(file, 'utf8')) as ModelCard;
  if (card.training && card.metrics?.length) return card;
  throw new Error(`${file}: expected the card of a run of fer-cnn train, received one without training or metrics.`);
}

/** The command of a run without what may differ between seeds. */
function recipeOf({ training }: ModelCard): string {
  return training!.command.replaceAll(/ --(seed|out) \S+/g, '');
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

/** Writes a card in place of the one that is there, which stays whole if that fails. */
async function replace(file: string, card: object): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(card, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
