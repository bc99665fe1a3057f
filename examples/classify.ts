/** Classifies picture files, `npm run classify -- face.jpg other.png`, or a folder: `npm run classify -- --out results.jsonl DIR`. */
import { FerError, loadClassifier, type Box, type Prediction } from 'fer-cnn';
import { classifyFolder, decodeImage, type Shard } from 'fer-cnn/node';
import { InvalidArgumentError } from 'commander';
import { hintFor, type WholePicture } from '../bin/hint.mjs';
import { BACKENDS, startBackend } from './support/backend';
import { barTable } from './support/bars';
import { box, cli, wholeNumber } from './support/cli';
import { main } from './support/main';
import { MODEL_HELP, openModel } from './support/model';
import { showPictures } from './support/picture-progress';

interface Options {
  model: string;
  backend?: string;
  topk?: number;
  box?: Box;
  json?: true;
  out?: string;
  workers?: number;
  shard?: Shard;
}

const command = cli('classify', 'Classifies pictures that show one face and little else.')
  .argument('<picture...>', 'PNG, JPEG, WebP, GIF, AVIF, TIFF or SVG files of any size; with --out one folder')
  .option('--model <name or dir>', MODEL_HELP, 'default')
  .option('--backend <name>', `one of ${BACKENDS.join(', ')} (default: the first that is installed)`)
  .option('--topk <k>', 'only the k most probable classes', wholeNumber)
  .option('--box <x,y,w,h>', "the face's box in pixels, in every picture (default: the whole picture is a face)", box)
  .option('--json', 'print JSON instead of tables')
  .option('--out <file>', 'classify a folder into this file of JSON lines; if it is there, go on where it ends')
  .option('--workers <n>', 'with --out: number of processes (default: one for each core)', wholeNumber)
  .option('--shard <i/n>', 'with --out: only part i of n, counted from 0', parseShard)
  .parse();
const options = command.opts<Options>();

await main(() => (options.out === undefined ? classifyPictures() : classifyFolderInto(options.out)));

async function classifyPictures(): Promise<void> {
  await startBackend(options.backend, BACKENDS);
  const { model, card } = await openModel(options.model);
  const classifier = await loadClassifier({ model, card });
  const results: { file: string; predictions: Prediction[] }[] = [];
  const whole: WholePicture[] = [];
  for (const file of command.args) {
    try {
      const picture = await decodeImage(file);
      const predictions = await classifier.classify(picture, { topk: options.topk, box: options.box });
      results.push({ file, predictions });
      if (!options.box) whole.push({ file, width: picture.width, height: picture.height });
      if (!options.json) console.log(`${file}\n${barTable(predictions)}\n`);
    } catch (error) {
      if (!(error instanceof FerError)) throw error;
      console.error(error.message); // and go on with the next picture
      process.exitCode = 1;
    }
  }
  if (options.json) console.log(JSON.stringify(results, null, 2));
  const hint = hintFor(whole);
  if (hint !== undefined) console.error(hint);
  model.dispose();
}

/** One line for each picture of a folder; Ctrl-C stops it, and the same command goes on. */
async function classifyFolderInto(out: string): Promise<void> {
  const [dir, ...others] = command.args;
  if (others.length > 0) throw new Error(`--out: expected one folder, received ${command.args.length} paths`);
  if (options.backend) process.env['FER_CNN_BACKEND'] = options.backend; // for the workers
  const { model, topk, shard, workers: count } = options;
  const backend = new URL('support/worker-backend.ts', import.meta.url);
  const stopping = new AbortController();
  process.once('SIGINT', () => stopping.abort(new Error('Stopped. The same command goes on.')));
  const progress = showPictures('classifying');
  const start = performance.now();
  try {
    const { files, totalFiles, failed, resumed } = await classifyFolder(dir!, {
      ...{ out, model, topk, shard, workers: { backend, count }, signal: stopping.signal },
      onProgress: ({ files, totalFiles }) => progress.update(files, totalFiles),
    });
    const seconds = (performance.now() - start) / 1000;
    const rate = ((files - resumed) / seconds).toFixed(1);
    progress.stop();
    console.log(`${files} of ${totalFiles} pictures in ${out}, ${failed} of them with an error`);
    console.log(`${files - resumed} in ${seconds.toFixed(1)} s: ${rate} pictures a second`);
  } finally {
    progress.stop();
  }
}

function parseShard(text: string): Shard {
  const [index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (index === undefined || count === undefined || index >= count)
    throw new InvalidArgumentError('expected i/n, such as 0/8.');
  return { index, count };
}
