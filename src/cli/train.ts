import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { Option, type Command } from 'commander';
import { listModels, train, type AugmentOptions, type CnnOptions, type ModelName } from 'fer-cnn';
import { joinFerPlus } from 'fer-cnn/curation';
import { fileCheckpoint, startTrainingWorkers } from 'fer-cnn/node';
import { accuracyOf, addOutputs, AUXILIARY_SOURCE, removeOutputs, withVotes } from './auxiliary';
import { keepLargeBuffers, startBackend } from './backend';
import { DATA_HELP, loadData, trainingSets } from './data';
import {
  backendOption,
  command,
  count,
  jsonObject,
  MODEL_HELP,
  positive,
  precisionOption,
  share,
  wholeNumber,
} from './options';
import { showProgress } from './progress';
import { checkRuns, readRecipe } from './recipe-file';
import { RECIPES } from './recipes';
import { interruptible, print, UsageError, warn } from './run';
import { isDone, ofResuming, stageLog } from './stages';
import { keepShare, startModel } from './start-from';
import { FERPLUS_SHARE, FERPLUS_SOURCE, loadVotes, runName, taughtBy } from './teacher';
import { saveTrained } from './train-card';

/** Options of `fer-cnn train`. */
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
  precision?: 'float32' | 'bfloat16';
  workers?: number;
  teacher?: string[];
  ferplus?: string;
  auxiliaryVotes?: true;
  from?: string;
  keep?: number;
  freeze: string;
  recipe?: string;
  resume?: true;
  json?: true;
}

/** `fer-cnn train`: trains a model, resumably. */
export function trainCommand(): Command {
  return command('train', 'Trains a model on labeled images, resumably. Ctrl-C saves a checkpoint.', [
    '--data fer2013.csv.gz --model compact --out runs/compact',
    '--data faces --from compact --freeze backbone --out runs/mine            # own classes, a few images each: faces/bored, …',
    '--data faces --from compact --freeze backbone --out runs/mine --resume   # after Ctrl-C',
    '--data faces --epochs 60 --out runs/scratch                              # own classes, hundreds of images each',
    '--data fer2013.csv.gz --from compact --epochs 3 --peak 0.01 --out runs/tuned',
    '--data fer2013.csv.gz --recipe recipe.json --out runs/chain',
  ])
    .requiredOption('--data <path>', `${DATA_HELP}; without splits, a random tenth is held out for validation`)
    .requiredOption('--out <dir>', 'directory for the checkpoint, the model, its card and the report')
    .addOption(new Option('--model <name>', 'architecture').choices(listModels()).default('compact'))
    .option('--network <json>', `model options that override those of the recipe: '{"conv":{"repeats":3}}'`, jsonObject)
    .option(
      '--epochs <n>',
      'total number of epochs, over which the learning rate falls to 0 (default: by the model)',
      count,
    )
    .option('--until <n>', 'stop after this epoch and save the model; the schedule stays that of --epochs', count)
    .option('--peak <rate>', 'maximum learning rate (default: by the model)', positive)
    .option('--augment <json>', `augmentation that overrides that of the recipe: '{"mixup":0.2}'`, jsonObject)
    .option(
      '--full-size',
      'train on full-size images from the first epoch, even if the recipe starts with smaller ones',
    )
    .option('--seed <n>', 'seed of weights, order, augmentation and dropout', wholeNumber, 1)
    .addOption(backendOption())
    .addOption(precisionOption())
    .option('--workers <n>', 'threads that compute each step together, for the backends wasm and cpu', count)
    .option(
      '--teacher <model...>',
      'trained models whose mean probabilities are soft targets for distillation, or a JSON file of them',
    )
    .option(
      '--ferplus <file>',
      `FER+ votes (fer2013new.csv), mixed into every target with a weight of ${100 * FERPLUS_SHARE} %`,
    )
    .option(
      '--auxiliary-votes',
      'learn the votes of --ferplus as a second task instead, by outputs of their own that are removed after training',
    )
    .option(
      '--from <model>',
      `trained model to start from, with at most as many channels; other classes get a new output layer: ${MODEL_HELP}`,
    )
    .option(
      '--keep <share>',
      'weight of the --from model when its weights are averaged with the trained ones (default: no averaging)',
      share,
    )
    .option('--freeze <layers>', 'layers to freeze: none, backbone, or the name of the last layer to freeze', 'none')
    .option(
      '--recipe <file>',
      'options of this command as a JSON object, or several runs one after another as an array',
    )
    .option('--resume', 'resume from the checkpoint in --out')
    .option('--json', 'print the report as JSON')
    .action(async (_options: Options, self: Command) => {
      const options = self.opts<Options>();
      if (options.recipe === undefined) return trainModel(options);
      for (const step of checkRuns(await readRecipe<Options>(options.recipe, self))) {
        const epochs = step.epochs ?? RECIPES[step.model].epochs;
        if (!options.resume || !isDone(step.out, epochs, step.until)) await trainModel(step);
      }
    });
}

/** Steps below which random weights learn little: the moving averages of batch norm (momentum .99) are still near their initial values. */
const FEW_STEPS = 300;

/** The default number of epochs if layers are frozen. */
const FROZEN_EPOCHS = 20;

async function trainModel(options: Options): Promise<void> {
  if ((options.backend ?? 'tensorflow') === 'tensorflow') await keepLargeBuffers();
  const backend = await startBackend(options.backend);
  const recipe = RECIPES[options.model];
  const isFrozen = options.freeze !== 'none';
  const epochs = options.epochs ?? (isFrozen ? FROZEN_EPOCHS : recipe.epochs);
  const fullSize = options.fullSize || isFrozen; // the statistics of frozen batch norm are those of images of full size
  const checkpoint = join(options.out, 'checkpoint.bin');
  if (!options.resume && existsSync(checkpoint)) {
    throw new UsageError(
      `--out ${options.out}: has a checkpoint already. Add --resume to continue it, or choose another directory.`,
    );
  }

  const { auxiliaryVotes } = options;
  if (auxiliaryVotes && (options.ferplus === undefined || isFrozen)) {
    throw new UsageError('--auxiliary-votes: needs the votes of --ferplus, and no frozen layers.');
  }

  const loaded = await loadData(options.data);
  const sets = trainingSets(options.data, loaded, options.seed);
  const { training: whole, validation } = sets;
  const votes = options.ferplus && (await loadVotes(options.ferplus, loaded));
  await mkdir(options.out, { recursive: true });
  const voted = votes ? joinFerPlus(whole, votes, { target: 'mixed', mix: FERPLUS_SHARE }) : whole;
  const lesson = options.teacher && (await taughtBy(voted, options.teacher, options.out));
  const taught = lesson?.taught ?? voted;
  const training = auxiliaryVotes && votes ? withVotes(taught, votes) : taught;
  const workers = options.workers
    ? await startTrainingWorkers({ backend: `@tensorflow/tfjs-backend-${backend}`, count: options.workers })
    : undefined;
  const modelOptions = { seed: options.seed, classNames: whole.classNames, ...recipe.network, ...options.network };
  const { model, start, isNewHead } = await startModel(options.model, options.from, modelOptions);
  const trained = auxiliaryVotes ? await addOutputs(options.model, model, modelOptions) : model;
  const before = options.keep ? model.getWeights().map((weight) => tf.clone(weight)) : [];

  const changing =
    (options.peak ? ` --peak ${options.peak}` : '') +
    (options.augment ? ` --augment '${JSON.stringify(options.augment)}'` : '') +
    (options.fullSize ? ' --full-size' : '') +
    (isFrozen ? ` --freeze ${options.freeze}` : '') +
    (options.precision ? ` --precision ${options.precision}` : '') +
    (options.ferplus ? ` --ferplus ${basename(options.ferplus)}` : '') +
    (auxiliaryVotes ? ' --auxiliary-votes' : '') +
    (options.teacher ? ` --teacher ${options.teacher.map(runName).join(' ')}` : '') +
    (options.keep ? ` --keep ${options.keep}` : '');
  const changes = [
    ...(options.peak ? [`a rate up to ${options.peak}`] : []),
    ...(options.augment ? [`the augmentation ${JSON.stringify(options.augment)}`] : []),
    ...(fullSize ? ['images of full size'] : []),
    ...(auxiliaryVotes ? ['no label smoothing', 'the votes as a second task'] : []),
    ...(isNewHead ? ['a new output layer'] : []),
    ...(isFrozen
      ? [options.freeze === 'backbone' ? 'all other layers frozen' : `the layers up to ${options.freeze} frozen`]
      : []),
    ...(options.keep
      ? [`then the mean of ${options.keep} of the weights before and ${1 - options.keep} of those after`]
      : []),
  ];
  const softTargets =
    [...(votes ? [auxiliaryVotes ? AUXILIARY_SOURCE : FERPLUS_SOURCE] : []), ...(lesson ? [lesson.source] : [])].join(
      '; ',
    ) || undefined;
  const log = stageLog(options.out, !options.resume);
  const progress = showProgress(`${options.model} on ${backend}`);
  const resume = options.resume && log.isOther(epochs, changing) ? 'changed' : (options.resume ?? false);
  const stopped = `Stopped. The checkpoint is in ${options.out}: to resume, run the same command with --resume.`;
  try {
    const settings = recipe.options(epochs, options.peak);
    const steps = epochs * Math.ceil(training.size / (settings.batchSize ?? 1));
    if (options.from === undefined && steps < FEW_STEPS) {
      warn(
        `Steps in all: ${steps}. Random weights learn little in so few: add --from compact --freeze backbone, or more epochs.`,
      );
    }
    const { history } = await interruptible(stopped, (signal) =>
      train(trained, training, {
        ...settings,
        augment: { ...settings.augment, ...options.augment },
        ...(fullSize && { curriculum: {} }),
        freeze: options.freeze,
        ...(workers && { workers }),
        ...(options.precision && { precision: options.precision }),
        ...(lesson && { loss: { ...settings.loss, distillation: {} } }),
        ...(auxiliaryVotes && { loss: {} }), // the targets have it all
        epochs,
        seed: options.seed,
        ...(!auxiliaryVotes && { validation }),
        checkpoint: { store: fileCheckpoint(checkpoint), resume },
        callbacks: {
          onEpochEnd: async (epoch, logs) => {
            const scores = auxiliaryVotes && { val_acc: await accuracyOf(trained, validation) };
            progress.epochDone(epoch + 1, { ...logs, ...scores });
            await log.epochDone(epoch + 1, epochs, changing);
            if (epoch + 1 === options.until) trained.stopTraining = true;
          },
        },
        onProgress: progress.update,
        signal,
      }),
    );
    if (trained !== model) removeOutputs(trained, model);
    const { model: name, network, out, seed, data, json } = options;
    if (options.keep) keepShare(model, before, options.keep);
    const stages = log.stages.length > 0 ? log.stages : [{ epochs, until: history.length, settings: changing }];
    const run = { model, name, network, recipe, changes, stages, history, seed, backend, data, sets, out };
    const report = await saveTrained({ ...run, start, softTargets });
    if (json) print(JSON.stringify({ out, ...report.toJSON() }, null, 2));
    else print(`\n${report.toMarkdown()}\n\nSaved the model, its card, golden outputs, report and history in ${out}`);
  } catch (error) {
    throw ofResuming(checkpoint, error);
  } finally {
    progress.stop();
    if (trained !== model) trained.dispose();
    model.dispose();
    tf.dispose(before);
    await workers?.close();
  }
}
