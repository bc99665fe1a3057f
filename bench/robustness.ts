/**
 * Scores the bundled weights and the rivals' networks on damaged pictures of FER2013, in single views:
 * `npm run bench:robustness -- --data fer2013.csv.gz`. Stop it at any time; with the same `--out` it goes on where it was.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Option } from 'commander';
import { listModels, loadFer2013, type Split, SPLITS } from 'fer-cnn';
import { cli } from '../research/support/cli';
import { main } from '../research/support/main';
import { startBackend } from '../src/cli/backend';
import { backendOption, count, wholeNumber } from '../src/cli/options';
import { writeFiles } from '../src/platform/node-write';
import { damageAll } from './damages/damage-all';
import { DAMAGES } from './damages/damages';
import { robustnessSvg } from './damages/picture';
import { robustnessTable, STRENGTHS, type Accuracies, type Strength } from './damages/table';
import { writeIntoDocs, writeOntoCard } from './damages/write';
import { networkScorer, RIVAL_NAMES, rivalScorer, type Scorer } from './support/scorers';

const NAMES = DAMAGES.map(({ name }) => name);

interface Options {
  data: string;
  split: Split;
  models: string[];
  strengths: Strength[];
  damages: string[];
  images?: number;
  seed: number;
  backend?: string;
  out: string;
  known?: true;
  docs?: true;
  cards?: true;
}

const options = cli('bench/robustness.ts', 'Scores models on damaged images of FER2013.')
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .addOption(new Option('--split <name>', 'the images to score').choices(SPLITS).default('PublicTest'))
  .option(
    '--models <names...>',
    `some of ${RIVAL_NAMES.join(', ')}, bundled weights, or directories that fer-cnn train wrote`,
    [...listModels(), ...RIVAL_NAMES],
  )
  .addOption(new Option('--strengths <names...>', 'how strong').choices(STRENGTHS).default(STRENGTHS))
  .addOption(new Option('--damages <names...>', 'which of them').choices(NAMES).default(NAMES, 'all'))
  .option('--images <n>', 'only the first n images, for a quick run', count)
  .option('--seed <n>', 'seed of what the damages draw', wholeNumber, 1)
  .addOption(backendOption())
  .option('--out <dir>', 'directory where each score is kept as soon as it is known', 'runs/robustness')
  .option('--known', 'score nothing: table and picture of what is in --out already')
  .option('--docs', 'writes table and picture into docs/models.md')
  .option('--cards', 'writes the mean over the damages at the middle strength onto the cards of bundled weights')
  .parse()
  .opts<Options>();

await main(async () => {
  const { split, seed, out, strengths, damages } = options;
  const dataset = await loadFer2013(options.data, { split });
  const size = Math.min(options.images ?? dataset.size, dataset.size);
  const [images, labels] = [dataset.images.subarray(0, size * 48 * 48), dataset.labels.subarray(0, size)];
  const backend = await startBackend(options.backend);
  await mkdir(out, { recursive: true });

  const wanted = DAMAGES.filter(({ name }) => damages.includes(name));
  const conditions = wanted.flatMap((damage) =>
    strengths.map((strength) => ({
      name: `${damage.name}, ${strength}`,
      apply: () => damageAll(images, damage, damage.strengths[STRENGTHS.indexOf(strength)]!, seed),
    })),
  );
  const results: Accuracies[] = [];
  for (const model of options.models) {
    const scorer = await openScorer(model);
    const file = join(out, `${scorer.id}.json`);
    const key = `${split}, ${size} pictures, seed ${seed}`;
    const known = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, Record<string, number>>;
    const scores = (known[key] ??= {});
    for (const { name, apply } of [{ name: 'clean', apply: () => images }, ...conditions]) {
      if (scores[name] !== undefined || options.known) continue;
      const classes = await scorer.classify(await apply());
      scores[name] = classes.filter((label, i) => label === labels[i]).length / size;
      console.error(`${scorer.title}: ${name} ${(100 * scores[name]).toFixed(2)} %`);
      await writeFiles({ [file]: JSON.stringify(known, null, 2) });
    }
    scorer.close();
    results.push({ title: scorer.title, scores });
    if (options.cards && listModels().some((name) => name === model)) {
      await writeOntoCard(model, results.at(-1)!, { split, rows: size, backend });
    }
  }
  const table = `${split}, ${size} images, single view, seed ${seed}:\n\n${robustnessTable(results)}`;
  console.log(table);
  if (options.docs) await writeIntoDocs(table, robustnessSvg(results, `Accuracy on damaged images of ${split}`));
});

async function openScorer(name: string): Promise<Scorer> {
  const rival = RIVAL_NAMES.find((known) => known === name);
  return rival ? rivalScorer(rival) : networkScorer(name);
}
