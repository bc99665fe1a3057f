import { Option, type Command } from 'commander';
import { evaluate, loadModel, SPLITS, type Dataset, type EvaluateOptions, type Split } from 'fer-cnn';
import { writeFiles } from '../platform/node-write';
import { startBackend } from './backend';
import { confusionSvg } from './confusion-svg';
import { DATA_HELP, loadData } from './data';
import { backendOption, command, MODEL_HELP } from './options';
import { showImages } from './progress';
import { interruptible, print, UsageError } from './run';

interface Options {
  data: string;
  split?: Split | 'all';
  model: string;
  views: NonNullable<EvaluateOptions['views']>;
  backend?: string;
  trainingSet?: string;
  json?: true;
  svg?: string;
}

/** `fer-cnn evaluate`: scores a model on labeled images. */
export function evaluateCommand(): Command {
  return command('evaluate', 'Scores a model on labeled images and prints the report in Markdown.', [
    '--data fer2013.csv.gz --model compact',
    '--data test-faces --model runs/mine --svg confusion.svg   # a folder of images that the model was not trained on',
    '--data fer2013.csv.gz --split PrivateTest --json > report.json',
  ])
    .requiredOption('--data <path>', DATA_HELP)
    .addOption(
      new Option(
        '--split <name>',
        'the images to score (default: PublicTest where there are splits, else all)',
      ).choices([...SPLITS, 'all']),
    )
    .option('--model <name or dir>', MODEL_HELP, 'compact')
    .addOption(
      new Option('--views <kind>', 'test-time augmentation: versions of each image whose outputs are averaged')
        .choices(['single', 'flip', 'flipAndShifts'])
        .default('single'),
    )
    .addOption(backendOption())
    .option('--training-set <path>', 'data whose Training images the model has seen (default: those of --data)')
    .option('--json', 'print the report as JSON, accuracy in 0..1')
    .option('--svg <file>', 'also draw the confusion matrix')
    .action(evaluateModel);
}

async function evaluateModel(options: Options): Promise<void> {
  const { views, json, svg } = options;
  const backend = await startBackend(options.backend);
  const { model, card } = await loadModel(options.model);
  try {
    const dataset = await loadData(options.data);
    const split = options.split ?? (hasSplits(dataset) ? 'PublicTest' : 'all');
    if (split !== 'all' && !hasSplits(dataset)) {
      throw new UsageError(
        `--split ${split}: expected data with splits, received ${options.data} without. Leave it out.`,
      );
    }
    const data = split === 'all' ? dataset : dataset.where(split);
    if (data.size === 0) throw new Error(`--data ${options.data}: expected images of ${split}, received none.`);
    const unknown = data.classNames.filter((name) => !card.classNames.includes(name));
    if (unknown.length > 0) {
      throw new UsageError(
        `--data ${options.data}: expected classes of the model (${card.classNames.join(', ')}), received ${unknown.join(', ')}. ` +
          'Choose a --model that was trained on them.',
      );
    }
    const trainingSet = await trainingSetOf(options, dataset, split);
    const report = await interruptible('Stopped.', async (signal) => {
      const progress = showImages(`${card.name} on ${backend}`);
      return evaluate(model, data, {
        views,
        signal,
        ...(card.calibration && { temperature: card.calibration.temperature }),
        ...(trainingSet && { trainingSet }),
        onProgress: progress.update,
      }).finally(progress.stop);
    });
    const title = `${card.name} on ${split === 'all' ? options.data : split}`;
    if (svg) await writeFiles({ [svg]: confusionSvg(report, { title }) });
    print(json ? JSON.stringify(report.toJSON(), null, 2) : `## ${title}\n\n${report.toMarkdown()}`);
  } finally {
    model.dispose();
  }
}

const hasSplits = ({ splits }: Dataset): boolean => splits.some((number) => number < SPLITS.length);

/** The Training images, if there are any and they are not the ones to score: with them the score without copies is given too. */
async function trainingSetOf(options: Options, dataset: Dataset, split: string): Promise<Dataset | undefined> {
  if (split === 'Training') return undefined;
  const source = options.trainingSet === undefined ? dataset : await loadData(options.trainingSet);
  if (!hasSplits(source)) return options.trainingSet === undefined ? undefined : source;
  const rows = split === 'all' && source === dataset ? undefined : source.where('Training');
  return rows && rows.size > 0 ? rows : undefined;
}
