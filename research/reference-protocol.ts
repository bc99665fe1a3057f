/**
 * The reference project's protocol, a random 80:10:10 split over all rows:
 * `npx tsx research/reference-protocol.ts --data fer2013.csv.gz --model shallow`.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Option } from 'commander';
import { createModel, evaluate, train, loadFer2013 } from 'fer-cnn';
import { fileCheckpoint } from 'fer-cnn/node';
import { keepLargeBuffers, startBackend } from '../src/cli/backend';
import { backendOption, wholeNumber } from '../src/cli/options';
import { cli } from './support/cli';
import { main } from './support/main';
import { showProgress } from '../src/cli/progress';
import { RECIPES } from '../src/cli/recipes';

/** Accuracy on its own random test part that the reference project reports. */
const REPORTED = { shallow: '56.31 %', deep: '65.55 %' };

interface Options {
  data: string;
  model: keyof typeof REPORTED;
  variant: 'text' | 'code';
  epochs?: number;
  seed: number;
  backend?: string;
  out: string;
}

const options = cli(
  'research/reference-protocol.ts',
  'Trains and scores on a random 80:10:10 split over all rows, copies included.',
)
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .addOption(new Option('--model <name>', 'the network').choices(Object.keys(REPORTED)).default('shallow'))
  .addOption(
    new Option('--variant <name>', "the reference project's text or its code")
      .choices(['text', 'code'])
      .default('text'),
  )
  .option('--epochs <n>', 'epochs in all (default: those of the recipe)', wholeNumber)
  .option('--seed <n>', 'seed of the split and of the training', wholeNumber, 1)
  .addOption(backendOption())
  .option('--out <dir>', 'directory for the checkpoint, from which a stopped run goes on', 'runs/reference-protocol')
  .parse()
  .opts<Options>();

if ((options.backend ?? 'tensorflow') === 'tensorflow') await keepLargeBuffers();
await main(async () => {
  const { model: name, variant, seed, out } = options;
  const backend = await startBackend(options.backend);
  const recipe = RECIPES[name];
  const epochs = options.epochs ?? recipe.epochs;
  const dataset = await loadFer2013(options.data);
  const [training, validation, test] = dataset.split({ seed });
  const model = createModel(name, { ...recipe.network, variant, seed });
  const { loss, ...settings } = recipe.options(epochs);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped; the same command goes on')));

  const progress = showProgress(`${name} on ${backend}`);
  await train(model, training, {
    ...settings,
    loss: variant === 'code' ? { type: 'binaryCrossentropy' } : (loss ?? {}),
    epochs,
    seed,
    validation,
    signal: stop.signal,
    onProgress: progress.update,
    checkpoint: { store: fileCheckpoint(join(out, `${name}-${variant}.bin`)) },
    callbacks: { onEpochEnd: async (epoch, logs) => progress.epochDone(epoch + 1, logs) },
  }).finally(progress.stop);

  const report = await evaluate(model, test, { trainingSet: training });
  await writeFile(join(out, `${name}-${variant}.json`), JSON.stringify(report.toJSON(), null, 2));
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  const unseen = report.withoutTrainingDuplicates!;
  console.log(`
Protocol: random 80:10:10 split (seed ${seed}) over the ${dataset.size} rows of ${options.data}, copies not removed.
Network: ${name}, as in the reference project's ${variant}; ${epochs} epochs.
Accuracy on the test part: ${percent(report.accuracy)} of ${report.size} pictures; the reference project reports ${REPORTED[name]} by this protocol.
Without the ${unseen.removed} test images that are also in the training part: ${percent(unseen.accuracy)}.
None of these figures can be compared with scores on PublicTest or PrivateTest.`);
});
