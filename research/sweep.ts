/**
 * Trains a network for each setting of a grid and compares them on PublicTest:
 * `npx tsx research/sweep.ts --data fer2013.csv.gz --grid research/sweeps/networks.json --out runs/sweep`. Stop it at any time; the same command
 * goes on. `research/support/sweep.ts` describes the grid file.
 */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cosine, createModel, Random, train, type Dataset, loadFer2013 } from 'fer-cnn';
import { fileCheckpoint } from 'fer-cnn/node';
import { keepLargeBuffers, startBackend } from '../src/cli/backend';
import { backendOption, precisionOption, wholeNumber } from '../src/cli/options';
import { cli } from './support/cli';
import { main } from './support/main';
import { showProgress } from '../src/cli/progress';
import { expandGrid, nameOf, sweepTable, type GridFile, type Settings, type SweepResult } from './support/sweep';

interface Options {
  data: string;
  grid: string;
  out: string;
  random?: number;
  seed: number;
  backend?: string;
  precision?: 'float32' | 'bfloat16';
}

const options = cli('research/sweep.ts', 'Trains a network for each setting of a grid and compares them on PublicTest.')
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .requiredOption('--grid <file>', 'the grid, JSON')
  .requiredOption('--out <dir>', 'directory for results.jsonl and table.md')
  .option('--random <n>', 'only so many of the settings, drawn at random', wholeNumber)
  .option('--seed <n>', 'seed of the draw', wholeNumber, 1)
  .addOption(backendOption())
  .addOption(precisionOption())
  .parse()
  .opts<Options>();

if ((options.backend ?? 'tensorflow') === 'tensorflow') await keepLargeBuffers();
await main(async () => {
  const backend = await startBackend(options.backend);
  const { out, random } = options;
  let settings = expandGrid(options.grid, JSON.parse(await readFile(options.grid, 'utf8')) as GridFile);
  if (random !== undefined) settings = new Random(options.seed).shuffle([...settings]).slice(0, random);
  const dataset = await loadFer2013(options.data, { split: ['Training', 'PublicTest'] });
  await mkdir(out, { recursive: true });

  const file = join(out, 'results.jsonl');
  const results = await readResults(file);
  for (const [i, setting] of settings.entries()) {
    const name = nameOf(setting);
    if (results.has(name)) continue;
    const result = await tryOut(
      setting,
      dataset,
      `${i + 1} of ${settings.length} on ${backend}`,
      join(out, `${name}.bin`),
    );
    await appendFile(file, `${JSON.stringify({ ...result, backend })}\n`);
    results.set(name, result);
  }
  const table = sweepTable(settings.map((setting) => results.get(nameOf(setting))!));
  await writeFile(join(out, 'table.md'), table);
  console.log(`\n${table}`);
});

/** The results of former calls by the names of their settings; a line that was cut off by a crash is left out. */
async function readResults(file: string): Promise<Map<string, SweepResult>> {
  const results = new Map<string, SweepResult>();
  if (!existsSync(file)) return results;
  for (const line of (await readFile(file, 'utf8')).split('\n').filter((text) => text.endsWith('}'))) {
    const result = JSON.parse(line) as SweepResult;
    results.set(nameOf(result.settings), result);
  }
  return results;
}

async function tryOut(settings: Settings, dataset: Dataset, title: string, checkpoint: string): Promise<SweepResult> {
  const { model: name, seed, epochs, batchSize, rows, network, augment, loss, curriculum, optimization } = settings;
  const { peak, warmup, ...rest } = optimization;
  const training = dataset.where('Training');
  const model = createModel(name, { seed, ...network });
  const progress = showProgress(title);
  try {
    const { history } = await train(model, rows === undefined ? training : training.subset(firstOf(rows, training)), {
      ...{ epochs, batchSize, seed, augment, loss, curriculum },
      ...(options.precision && { precision: options.precision }),
      optimization: { ...rest, learningRate: cosine({ peak, epochs, warmup: Math.min(warmup, epochs / 4) }) },
      validation: dataset.where('PublicTest'),
      checkpoint: { store: fileCheckpoint(checkpoint) },
      callbacks: { onEpochEnd: async (epoch, logs) => progress.epochDone(epoch + 1, logs) },
      onProgress: progress.update,
    });
    const { loss: trainingLoss, valLoss, valAccuracy } = history.at(-1)!;
    await rm(checkpoint, { force: true });
    return {
      settings,
      parameters: model.countParams(),
      ...{ trainingLoss, loss: valLoss!, accuracy: valAccuracy! },
      seconds: Math.round(history.reduce((sum, epoch) => sum + epoch.seconds, 0)),
    };
  } finally {
    progress.stop();
    model.dispose();
  }
}

/** The first pictures of the set. */
const firstOf = (rows: number, { size }: Dataset) => Array.from({ length: Math.min(rows, size) }, (_, i) => i);
