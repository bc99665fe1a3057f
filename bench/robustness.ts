/**
 * Scores the bundled weights and the rivals' networks on damaged pictures of FER2013, in single views:
 * `npm run bench:robustness -- --data fer2013.csv.gz`. Stop it at any time; with the same `--out` it goes on where it was.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { BUNDLED_MODELS, USAGES, type Usage } from 'fer-cnn';
import { readFer2013 } from 'fer-cnn/node';
import { BACKENDS, startBackend } from '../examples/support/backend';
import { cli, wholeNumber } from '../examples/support/cli';
import { main } from '../examples/support/main';
import { damageAll } from './damages/damage-all';
import { DAMAGES } from './damages/damages';
import { robustnessSvg } from './damages/picture';
import { robustnessTable, type Accuracies } from './damages/table';
import { networkScorer, RIVAL_NAMES, rivalScorer, type Scorer } from './support/scorers';

const STRENGTHS = ['weak', 'middle', 'strong'] as const;

interface Options {
  data: string;
  usage: Usage;
  models: string[];
  strengths: string[];
  pictures?: number;
  seed: number;
  backend?: string;
  out: string;
  svg?: string;
}

const options = cli('bench:robustness', 'Scores networks on damaged pictures of FER2013.')
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .addOption(new Option('--usage <split>', 'the rows to score').choices(USAGES).default('PublicTest'))
  .option(
    '--models <names...>',
    `some of ${RIVAL_NAMES.join(', ')}, bundled weights, or directories of npm run train`,
    [...BUNDLED_MODELS, ...RIVAL_NAMES],
  )
  .option('--strengths <names...>', `some of ${STRENGTHS.join(', ')}`, (name: string, names?: string[]) => {
    if (!STRENGTHS.some((known) => known === name)) throw new InvalidArgumentError(`expected ${STRENGTHS.join(', ')}.`);
    return [...(names ?? []), name];
  })
  .option('--pictures <n>', 'only the first n of the rows, for a quick run', wholeNumber)
  .option('--seed <n>', 'seed of what the damages draw', wholeNumber, 1)
  .option('--backend <name>', `of our networks: one of ${BACKENDS.join(', ')} (default: the first that is installed)`)
  .option('--out <dir>', 'directory where each score is kept as soon as it is known', 'runs/robustness')
  .option('--svg <file>', 'also draw the accuracies at the middle strength')
  .parse()
  .opts<Options>();

await main(async () => {
  const { usage, seed, out, strengths = STRENGTHS } = options;
  const dataset = await readFer2013(options.data, { usage });
  const size = Math.min(options.pictures ?? dataset.size, dataset.size);
  const [images, labels] = [dataset.images.subarray(0, size * 48 * 48), dataset.labels.subarray(0, size)];
  await startBackend(options.backend, BACKENDS);
  await mkdir(out, { recursive: true });

  const conditions = [
    { name: 'clean', strength: NaN, damage: undefined },
    ...DAMAGES.flatMap((damage) =>
      STRENGTHS.flatMap((name, i) =>
        strengths.includes(name) ? { name: `${damage.name}, ${name}`, strength: damage.strengths[i]!, damage } : [],
      ),
    ),
  ];
  const results: Accuracies[] = [];
  for (const model of options.models) {
    const scorer = await openScorer(model);
    const file = join(out, `${scorer.id}.json`);
    const key = `${usage}, ${size} pictures, seed ${seed}`;
    const known = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as Record<string, Record<string, number>>;
    const scores = (known[key] ??= {});
    for (const { name, strength, damage } of conditions) {
      if (scores[name] !== undefined) continue;
      const pictures = damage ? await damageAll(images, damage, strength, seed) : images;
      const classes = await scorer.classify(pictures);
      scores[name] = classes.filter((label, i) => label === labels[i]).length / size;
      console.error(`${scorer.title}: ${name} ${(100 * scores[name]).toFixed(2)} %`);
      await writeFile(file, JSON.stringify(known, null, 2));
    }
    scorer.close();
    results.push({ title: scorer.title, scores });
  }
  console.log(`${usage}, ${size} pictures, single view, seed ${seed}:\n\n${robustnessTable(results)}`);
  if (options.svg) await writeFile(options.svg, robustnessSvg(results, `Accuracy on damaged pictures of ${usage}`));
});

async function openScorer(name: string): Promise<Scorer> {
  const rival = RIVAL_NAMES.find((known) => known === name);
  return rival ? rivalScorer(rival) : networkScorer(name);
}
