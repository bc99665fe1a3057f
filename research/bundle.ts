/**
 * Takes what the last run of the recipe for a model wrote into `weights/`, and names the recipe and the soft targets on its card:
 * `npx tsx research/bundle.ts --model compact`. Afterwards, `npm run build`, `npm run bench:robustness -- --cards`, `research/people.ts --write` and
 * `scripts/model-table.mjs` measure the rest of the card and write the documents.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Option } from 'commander';
import { listModels, type ModelName } from 'fer-cnn';
import { chainOf, type RecipeRun, softTargetsOf } from './support/chain';
import { updateCard } from './support/card-file';
import { cli } from './support/cli';
import { main } from './support/main';

const RECIPE = 'research/bundled-weights.json';
const FILES = ['model.json', 'weights.bin', 'golden.json', 'confusion.svg', 'curves.svg', 'card.json'];

const { model, runs } = cli('research/bundle.ts', 'Takes the weights of the last run for a model into weights/.')
  .addOption(new Option('--model <name>', 'which weights').choices(listModels()).makeOptionMandatory())
  .option('--runs <dir>', 'directory of the runs', 'runs')
  .parse()
  .opts<{ model: ModelName; runs: string }>();

await main(async () => {
  const chain = chainOf(model, JSON.parse(await readFile(RECIPE, 'utf8')) as RecipeRun[]);
  const { out } = chain.at(-1)!;
  const contents = await Promise.all(FILES.map((file) => readFile(join(runs, basename(out), file)))); // all of them or none
  for (const [i, file] of FILES.entries()) await writeFile(join('weights', model, file), contents[i]!);
  await updateCard(model, (card) => ({
    ...card,
    training: {
      ...card.training!,
      command: `npx fer-cnn train --data fer2013.csv.gz --recipe ${RECIPE} --out ${out}`,
      softTargets: softTargetsOf(chain),
    },
    metrics: (card.metrics ?? []).map((metric) => ({
      ...metric,
      command: metric.command.replace(`--model ${out}`, `--model ${model}`),
    })),
  }));
  console.log(`weights/${model}: ${out}`);
});
