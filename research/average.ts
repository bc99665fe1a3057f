/**
 * The weighted mean of trained weights that began as one network: what fine-tuning taught and what it forgot, in between.
 * `npx tsx research/average.ts --data fer2013.csv.gz --from runs/compact runs/compact-damage --shares 0.25 0.75 --out runs/compact-mean`.
 * Source: Wortsman et al. 2022 (arXiv:2109.01903).
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { listModels, loadFer2013, loadModel, type CardDraft, type LoadedModel, type ModelName } from 'fer-cnn';
import { BACKENDS, startBackend } from '../src/cli/backend';
import { MODEL_HELP, positive } from '../src/cli/options';
import { storeScored, today } from '../src/cli/store';
import { cli } from './support/cli';
import { main } from './support/main';
import { nameOfRun } from './support/name-of-run';

interface Options {
  data: string;
  out: string;
  from: string[];
  shares: number[];
  backend?: string;
}

const options = cli(
  'research/average.ts',
  'Stores the weighted mean of trained weights that began as one model, and scores it.',
)
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .requiredOption('--out <dir>', 'directory for the weights and the report')
  .requiredOption(
    '--from <model...>',
    `trained models of one architecture, the last of them trained last: ${MODEL_HELP}`,
  )
  .requiredOption('--shares <share...>', 'share of each, above 0', (text: string, shares?: number[]) => [
    ...(shares ?? []),
    positive(text),
  ])
  .option('--backend <name>', `one of ${BACKENDS.join(', ')} (default: the first that is installed)`)
  .parse()
  .opts<Options>();

await main(async () => {
  const { from, shares, out } = options;
  const sum = shares.reduce((total, share) => total + share, 0);
  if (from.length < 2 || shares.length !== from.length || Math.abs(sum - 1) > 1e-6) {
    throw new Error(`--shares ${shares.join(' ')}: expected as many as --from has models, two or more, of sum 1.`);
  }
  const backend = await startBackend(options.backend, BACKENDS);
  const loaded = await Promise.all(from.map((source) => loadModel(source)));
  const shapes = loaded.map(({ model }) => model.weights.map(({ shape }) => shape.join('×')).join());
  if (new Set(shapes).size > 1) throw new Error(`--from ${from.join(' ')}: expected models of one architecture.`);
  const name = loaded[0]!.card.architecture as ModelName;
  if (!listModels().includes(name)) throw new Error(`--from ${from[0]}: expected one of ${listModels().join(', ')}`);

  const { model } = loaded.at(-1)!;
  tf.tidy(() => {
    const all = loaded.map(({ model }) => model.getWeights());
    model.setWeights(all[0]!.map((_, i) => tf.addN(all.map((weights, k) => tf.mul(weights[i]!, shares[k]!)))));
  });
  const dataset = await loadFer2013(options.data, { split: ['Training', 'PublicTest'] });
  const [training, validation] = [dataset.where('Training'), dataset.where('PublicTest')];
  await mkdir(out, { recursive: true });
  const report = await storeScored(
    { model, name, backend, data: options.data, out, sets: { training, validation, validationName: 'PublicTest' } },
    draftOf(loaded, backend),
  );
  const curves = join(from.at(-1)!, 'curves.svg');
  if (existsSync(curves)) await copyFile(curves, join(out, 'curves.svg'));
  loaded.forEach(({ model }) => model.dispose());
  console.log(`\n${report.toMarkdown()}\n\nweights, card, golden outputs and report: ${out}`);
});

/** The card of the network trained last, with the commands and recipes of all. */
function draftOf(loaded: readonly LoadedModel[], backend: string): CardDraft {
  const { card } = loaded.at(-1)!;
  if (!card.training) throw new Error(`--from ${options.from.at(-1)}: expected a card that says how it was trained.`);
  const { formatVersion: _version, parameters: _parameters, weights: _weights, ...draft } = card; // those of its own follow
  const names = options.from.map((source, i) => nameOfRun(source, loaded[i]!.card));
  const commands = loaded.flatMap(({ card: { training } }) => training?.command ?? []);
  const chain = commands.filter((command, i) => !commands.some((other, k) => k > i && other.startsWith(command)));
  const own = `npx tsx research/average.ts --data fer2013.csv.gz --from ${names.join(' ')} --shares ${options.shares.join(' ')} --backend ${backend} --out runs/${basename(options.out)}`;
  const means = names.map((name, i) => `${name} (${options.shares[i]})`).join(' and ');
  return {
    ...draft,
    training: {
      ...card.training,
      command: [...chain, own].join(' && '),
      recipe: `${card.training.recipe}; then the weighted mean of the weights of ${means}`,
      date: today(),
    },
  };
}
