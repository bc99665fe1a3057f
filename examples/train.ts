/** Trains a network on FER2013: `npm run train -- --data fer2013.csv.gz --model shallow --out runs/shallow`. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createModel, listModels, train, type AugmentOptions, type CnnOptions, type ModelName } from 'fer-cnn';
import { joinFerPlus, loadFerPlus } from 'fer-cnn/curation';
import { fileCheckpoint, readFer2013, startTrainingWorkers } from 'fer-cnn/node';
import { keepLargeBuffers, startBackend, TRAINING_BACKENDS } from './support/backend';
import { cli, jsonObject, positive, PRECISION_HELP, wholeNumber } from './support/cli';
import { main } from './support/main';
import { saveTrained } from './support/card';
import { MODEL_HELP, startFrom } from './support/model';
import { showProgress } from './support/progress';
import { RECIPES } from './support/recipes';
import { stageLog } from './support/stages';
import { FERPLUS_SHARE, FERPLUS_SOURCE, withTeacherFile } from './support/teacher';

interface Options {
  data: string;
  out: string;
  model: ModelName;
  network?: CnnOptions;
  epochs?: number;
  until?: number;
  peak?: number;
  augment?: AugmentOptions;
  fullSize?: true;
  seed: number;
  backend?: string;
  precision?: 'bfloat16';
  workers?: number;
  teacher?: string;
  ferplus?: string;
  from?: string;
  resume?: true;
}

const options = cli('train', 'Trains a network on FER2013, resumably.')
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .requiredOption('--out <dir>', 'directory for the checkpoint, the weights and the report')
  .option('--model <name>', `network: ${listModels().join(' or ')}`, 'shallow')
  .option('--network <json>', `options of the network over those of the recipe: '{"conv":{"repeats":3}}'`, jsonObject)
  .option('--epochs <n>', 'epochs in all, over which the rate goes to 0 (default: those of the recipe)', wholeNumber)
  .option(
    '--until <n>',
    'stop after this epoch and store the network as it is then; the schedule stays that of --epochs',
    wholeNumber,
  )
  .option('--peak <rate>', 'greatest learning rate (default: that of the recipe)', positive)
  .option('--augment <json>', `augmentation over that of the recipe: '{"mixup":0.2}'`, jsonObject)
  .option(
    '--full-size',
    'pictures of full size from the first epoch on, also where the recipe begins with smaller ones',
  )
  .option('--seed <n>', 'seed of weights, order, augmentation and dropout', wholeNumber, 1)
  .option('--backend <name>', `one of ${TRAINING_BACKENDS.join(', ')} (default: the first that is installed)`)
  .option('--precision <type>', PRECISION_HELP)
  .option('--workers <n>', 'threads that compute each step together, for backends of one core (wasm, cpu)', wholeNumber)
  .option('--teacher <file>', 'soft targets that npm run teach wrote, for distillation')
  .option('--ferplus <file>', 'FER+ votes (fer2013new.csv), of which 15 % go into every target')
  .option('--from <model>', `trained weights to start from, in place of random ones: ${MODEL_HELP}`)
  .option('--resume', 'go on from the checkpoint in --out')
  .parse()
  .opts<Options>();

if ((options.backend ?? 'tensorflow') === 'tensorflow') await keepLargeBuffers();
await main(async () => {
  const backend = await startBackend(options.backend, TRAINING_BACKENDS);
  const recipe = RECIPES[options.model];
  if (!recipe) throw new Error(`--model ${options.model}: expected ${listModels().join(' or ')}`);
  const epochs = options.epochs ?? recipe.epochs;
  const checkpoint = join(options.out, 'checkpoint.bin');
  if (!options.resume && existsSync(checkpoint)) {
    throw new Error(
      `--out ${options.out}: has a checkpoint already. Go on with --resume, or choose another directory.`,
    );
  }

  const dataset = await readFer2013(options.data);
  const [whole, validation] = [dataset.where('Training'), dataset.where('PublicTest')];
  const votes = options.ferplus && (await loadFerPlus(await readFile(options.ferplus)));
  const voted = votes ? joinFerPlus(whole, votes, { target: 'mixed', mix: FERPLUS_SHARE }) : whole;
  const lesson = options.teacher === undefined ? undefined : await withTeacherFile(voted, options.teacher);
  const training = lesson?.taught ?? voted;
  const workers = options.workers
    ? await startTrainingWorkers({ backend: `@tensorflow/tfjs-backend-${backend}`, count: options.workers })
    : undefined;
  const model = createModel(options.model, { seed: options.seed, ...recipe.network, ...options.network });
  const start = options.from === undefined ? undefined : await startFrom(options.from, model);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new Error('stopped; the same command with --resume goes on')));

  await mkdir(options.out, { recursive: true });
  const changing =
    (options.peak ? ` --peak ${options.peak}` : '') +
    (options.augment ? ` --augment '${JSON.stringify(options.augment)}'` : '') +
    (options.fullSize ? ' --full-size' : '') +
    (options.precision ? ` --precision ${options.precision}` : '') +
    (options.ferplus ? ` --ferplus ${basename(options.ferplus)}` : '') +
    (options.teacher ? ` --teacher runs/${basename(dirname(options.teacher))}/teacher.json` : '');
  const changes = [
    ...(options.peak ? [`a rate up to ${options.peak}`] : []),
    ...(options.augment ? [`the augmentation ${JSON.stringify(options.augment)}`] : []),
    ...(options.fullSize ? ['pictures of full size'] : []),
  ];
  const softTargets = [...(votes ? [FERPLUS_SOURCE] : []), ...(lesson ? [lesson.source] : [])].join('; ') || undefined;
  const log = stageLog(join(options.out, 'stages.json'), !options.resume);
  const progress = showProgress(`${options.model} on ${backend}`);
  try {
    const settings = recipe.options(epochs, options.peak);
    const { history } = await train(model, training, {
      ...settings,
      augment: { ...settings.augment, ...options.augment },
      ...(options.fullSize && { curriculum: {} }),
      ...(workers && { workers }),
      ...(options.precision && { precision: options.precision }),
      ...(lesson && { loss: { ...settings.loss, distillation: {} } }),
      epochs,
      seed: options.seed,
      validation,
      checkpoint: { store: fileCheckpoint(checkpoint), resume: options.resume ?? false },
      callbacks: {
        onEpochEnd: async (epoch, logs) => {
          progress.epochDone(epoch + 1, logs);
          await log.epochDone(epoch + 1, epochs, changing);
          if (epoch + 1 === options.until) model.stopTraining = true;
        },
      },
      onProgress: progress.update,
      signal: stop.signal,
    });
    const { model: name, network, out, seed } = options;
    const stages = log.stages.length > 0 ? log.stages : [{ epochs, until: history.length, settings: changing }];
    const run = { model, name, network, recipe, changes, stages, history, seed, backend, training, validation, out };
    const report = await saveTrained({ ...run, start, softTargets });
    console.log(`\n${report.toMarkdown()}\n\nweights, card, golden outputs, report and history: ${out}`);
  } catch (error) {
    if (error !== stop.signal.reason) throw error;
    console.error(`\n${(error as Error).message}`);
    process.exitCode = 130;
  } finally {
    progress.stop();
    await workers?.close();
  }
});
