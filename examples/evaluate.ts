/** Scores a network on a split of FER2013: `npm run evaluate -- --data fer2013.csv.gz --usage PublicTest --model default`. */
import { writeFile } from 'node:fs/promises';
import { Option } from 'commander';
import { evaluate, USAGES, type FerDataset, type Usage, type Views } from 'fer-cnn';
import { confusionSvg } from 'fer-cnn/evaluate';
import { readFer2013 } from 'fer-cnn/node';
import { BACKENDS, startBackend } from './support/backend';
import { cli } from './support/cli';
import { main } from './support/main';
import { MODEL_HELP, openModel } from './support/model';
import { showPictures } from './support/picture-progress';

interface Options {
  data: string;
  usage: Usage;
  model: string;
  views: Views;
  backend?: string;
  trainingSet?: string;
  json?: string;
  svg?: string;
}

const options = cli('evaluate', 'Scores a network on a split of FER2013 and prints the report in Markdown.')
  .requiredOption('--data <file>', 'fer2013.csv or icml_face_data.csv, plain or gzipped')
  .addOption(new Option('--usage <split>', 'the rows to score').choices(USAGES).default('PublicTest'))
  .option('--model <name or dir>', MODEL_HELP, 'default')
  .addOption(
    new Option('--views <kind>', 'views of each picture whose outputs are averaged')
      .choices(['single', 'flip', 'flipAndShifts'])
      .default('single'),
  )
  .option('--backend <name>', `one of ${BACKENDS.join(', ')} (default: the first that is installed)`)
  .option('--training-set <file>', 'a file whose Training rows the network has seen (default: those of --data)')
  .option('--json <file>', 'also write the report as JSON, accuracy in 0..1')
  .option('--svg <file>', 'also draw the confusion matrix')
  .parse()
  .opts<Options>();

await main(async () => {
  const { usage, json, svg } = options;
  const backend = await startBackend(options.backend, BACKENDS);
  const { model, card } = await openModel(options.model);
  const dataset = await readFer2013(options.data, { usage: [usage, 'Training'] });
  const data = dataset.where(usage);
  if (data.size === 0) throw new Error(`--data ${options.data}: expected rows of ${usage}, received none.`);
  const trainingSet = await trainingRows(dataset);

  const progress = showPictures(`${card.name} on ${backend}`);
  const report = await evaluate(model, data, {
    preprocessing: card.preprocessing,
    views: options.views,
    ...(card.calibration && { temperature: card.calibration.temperature }),
    ...(trainingSet && { trainingSet }),
    onProgress: progress.update,
  }).finally(progress.stop);
  model.dispose();
  console.log(`## ${card.name} on ${usage}\n\n${report.toMarkdown()}`);
  if (json) await writeFile(json, JSON.stringify(report.toJSON(), null, 2));
  if (svg) await writeFile(svg, confusionSvg(report, { title: `${card.name} on ${usage}` }));
});

/** The Training rows, if there are any and they are not the ones to score: with them the score without copies is given too. */
async function trainingRows(dataset: FerDataset): Promise<FerDataset | undefined> {
  if (options.usage === 'Training') return undefined;
  if (options.trainingSet !== undefined) return readFer2013(options.trainingSet, { usage: 'Training' });
  const rows = dataset.where('Training');
  return rows.size > 0 ? rows : undefined;
}
