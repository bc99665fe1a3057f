/**
 * Soft targets for distillation: trains a network for each fold of Training, and writes what it gives the pictures that it has not
 * seen: `npx tsx research/teach.ts --data fer2013.csv.gz --model deep --folds 5 --out runs/teacher`. Stop it at any time; the same command
 * goes on. (`fer-cnn train --teacher compact` takes trained networks, which teach what they have seen themselves.)
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createModel, listModels, predict, train, type Dataset, type ModelName, loadFer2013 } from 'fer-cnn';
import { fileCheckpoint } from 'fer-cnn/node';
import { keepLargeBuffers, startBackend } from '../src/cli/backend';
import { backendOption, precisionOption, wholeNumber } from '../src/cli/options';
import { cli } from './support/cli';
import { main } from './support/main';
import { showProgress } from '../src/cli/progress';
import { RECIPES } from '../src/cli/recipes';
import { writeTeacher } from '../src/cli/teacher';

interface Options {
  data: string;
  out: string;
  model: ModelName;
  folds: number;
  epochs?: number;
  seed: number;
  backend?: string;
  precision?: 'float32' | 'bfloat16';
}

const options = cli(
  'research/teach.ts',
  'Writes out-of-fold probabilities of the Training images, for npx fer-cnn train --teacher.',
)
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .requiredOption('--out <dir>', 'directory for teacher.json and the runs of the folds')
  .option('--model <name>', `model of the teacher: ${listModels().join(', ')}`, 'deep')
  .option('--folds <n>', 'number of folds', wholeNumber, 5)
  .option('--epochs <n>', 'epochs of each fold (default: those of the recipe)', wholeNumber)
  .option('--seed <n>', 'seed of folds, weights, order, augmentation and dropout', wholeNumber, 1)
  .addOption(backendOption())
  .addOption(precisionOption())
  .parse()
  .opts<Options>();

if ((options.backend ?? 'tensorflow') === 'tensorflow') await keepLargeBuffers();
await main(async () => {
  const backend = await startBackend(options.backend);
  const dataset = await loadFer2013(options.data, { split: 'Training' });
  await mkdir(options.out, { recursive: true });
  const { source, probabilities } = await outOfFold(dataset, options, backend);
  const file = join(options.out, 'teacher.json');
  await writeTeacher(file, source, dataset, probabilities);
  console.log(file);
});

/** What a lesson consists of. */
interface Lesson {
  /** Where the probabilities come from, in words for the card. */
  source: string;
  /** `[size, 7]`. */
  probabilities: Float32Array;
}

/** What each picture gets from a network that was trained on the other folds. */
async function outOfFold(dataset: Dataset, options: Options, backend: string): Promise<Lesson> {
  const { model: name, seed, out, folds: count, precision } = options;
  const recipe = RECIPES[name];
  if (!recipe) throw new Error(`--model ${name}: expected one of ${listModels().join(', ')}`);
  const epochs = options.epochs ?? recipe.epochs;
  const probabilities = new Float32Array(7 * dataset.size);

  const folds = dataset.folds({ folds: count, seed });
  for (const [number, { training, held, heldIndices }] of folds.entries()) {
    const directory = join(out, `fold-${number + 1}`);
    await mkdir(directory, { recursive: true });
    const file = join(directory, `held-${epochs}-epochs.json`);
    if (!existsSync(file)) {
      const model = createModel(name, { seed: seed + number, ...recipe.network });
      const progress = showProgress(`fold ${number + 1} of ${count}, ${name} on ${backend}`);
      await train(model, training, {
        ...recipe.options(epochs),
        ...(precision && { precision }),
        epochs,
        seed: seed + number,
        validation: held,
        checkpoint: { store: fileCheckpoint(join(directory, 'checkpoint.bin')) },
        callbacks: { onEpochEnd: async (epoch, logs) => progress.epochDone(epoch + 1, logs) },
        onProgress: progress.update,
      }).finally(progress.stop);
      await writeFile(file, JSON.stringify([...(await predict(model, held, { batchSize: 256 }))]));
      model.dispose();
    }
    const rows = Float32Array.from(JSON.parse(await readFile(file, 'utf8')) as number[]);
    heldIndices.forEach((index, i) => probabilities.set(rows.subarray(7 * i, 7 * i + 7), 7 * index));
  }
  const source =
    `out-of-fold probabilities of ${count} ${name} models of this package, trained on the other folds of Training for ${epochs} ` +
    `epochs each (npx tsx research/teach.ts --data fer2013.csv.gz --model ${name} --folds ${count} --epochs ${epochs} --seed ${seed})`;
  return { source, probabilities };
}
