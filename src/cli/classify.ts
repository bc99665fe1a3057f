import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError, type Command } from 'commander';
import { FerError, loadClassifier, loadImage, type Box, type Classifier, type Prediction } from 'fer-cnn';
import { classifyFolder, type ClassifyFolderOptions } from 'fer-cnn/node';
import { startBackend } from './backend';
import { barTable } from './bars';
import { hintFor, type WholeImage } from './hint';
import { backendOption, box, command, count, MODEL_HELP } from './options';
import { showImages } from './progress';
import { EXIT, interruptible, print, UsageError, warn } from './run';

type Shard = NonNullable<ClassifyFolderOptions['shard']>;

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

type Result = { file: string; predictions: Prediction[] } | { file: string; error: string };

/** `fer-cnn classify`: the emotions of faces in files or in a folder of any size. */
export function classifyCommand(): Command {
  return command('classify', 'Names the emotion of the face in each image.', [
    'face.jpg other.png',
    'photo.jpg --box 175,60,95,110 --topk 2',
    'face.jpg --model runs/mine --json',
    'photos --out results.jsonl            # a folder, by several processes; the same command resumes',
  ])
    .argument('<image...>', 'PNG, JPEG, WebP, GIF, AVIF, TIFF or SVG files by path or URL; with --out one folder')
    .option('--model <name or dir>', MODEL_HELP, 'compact')
    .addOption(backendOption())
    .option('--topk <k>', 'only the k most probable classes', count)
    .option('--box <x,y,w,h>', "the face's box in pixels, in every image (default: the whole image is a face)", box)
    .option('--json', 'print JSON')
    .option('--out <file>', 'classify a folder into this file of JSON lines; if it exists, resume it')
    .option('--workers <n>', `with --out: number of processes (default: ${availableParallelism()})`, count)
    .option('--shard <i/n>', 'with --out: only part i of n, counted from 0', shard)
    .action((files: string[], options: Options) =>
      options.out === undefined ? classifyFiles(files, options) : classifyInto(options.out, files, options),
    );
}

async function classifyFiles(files: readonly string[], options: Options): Promise<void> {
  const { json, box, topk } = options;
  await startBackend(options.backend);
  const classifier = await loadClassifier(options.model);
  try {
    const classes = classifier.card.classNames.length;
    if (topk !== undefined && topk > classes) {
      throw new UsageError(`--topk: expected at most ${classes}, the number of classes, received ${topk}.`);
    }
    const results: Result[] = [];
    const whole: WholeImage[] = [];
    for (const file of files) {
      try {
        const { predictions, ...size } = await classifyFile(classifier, file, options);
        results.push({ file, predictions });
        if (!box) whole.push({ file, ...size });
        if (!json) print(`${titleOf(file)}\n${barTable(predictions)}\n`);
      } catch (error) {
        if (!(error instanceof FerError)) throw error;
        results.push({ file, error: error.message });
        warn(error.message.includes(file) ? error.message : `${titleOf(file)}: ${error.message}`);
        process.exitCode = EXIT.failed; // and continue with the next image
      }
    }
    if (json) print(JSON.stringify(results, null, 2));
    const hint = hintFor(whole);
    if (hint !== undefined) warn(hint);
  } finally {
    classifier.dispose();
  }
}

/** The face of one file, which is the box or the whole image. A face detector would come in here: one result for each face found. */
async function classifyFile(classifier: Classifier, file: string, { topk, box }: Options) {
  const image = await loadImage(file);
  try {
    const [height, width] = image.shape;
    return { predictions: await classifier.classify(image, { topk, box }), width, height };
  } finally {
    image.dispose();
  }
}

/** A path or URL; one that holds a whole image is cut. */
const titleOf = (file: string): string => (file.length > 200 ? `${file.slice(0, 40)}…` : file);

/** One line for each image of a folder; Ctrl-C stops it, and the same command resumes. */
async function classifyInto(out: string, folders: readonly string[], options: Options): Promise<void> {
  const [dir, ...others] = folders;
  if (others.length > 0) throw new UsageError(`--out: expected one folder, received ${folders.length} paths.`);
  if (options.box) throw new UsageError('--box: expected image files, received a folder (--out).');
  if (options.backend) process.env['FER_CNN_BACKEND'] = options.backend; // for the workers
  const { model, topk, shard, workers, json } = options;
  const progress = showImages('classifying');
  const start = performance.now();
  const summary = await interruptible('Stopped. The same command resumes.', (signal) =>
    classifyFolder(dir!, {
      ...{ out, model, topk, shard, signal, workers: { backend: workerBackend(), count: workers } },
      onProgress: ({ files, totalFiles }) => progress.update(files, totalFiles),
    }),
  ).finally(progress.stop);
  const { files, totalFiles, failed, resumed } = summary;
  if (failed > 0) process.exitCode = EXIT.failed;
  if (json) return print(JSON.stringify({ out, ...summary }));
  const seconds = (performance.now() - start) / 1000;
  print(`${files} of ${totalFiles} images in ${out}, ${failed} of them with an error`);
  print(`${files - resumed} in ${seconds.toFixed(1)} s: ${((files - resumed) / seconds).toFixed(1)} images per second`);
}

/** The module that starts a backend in each worker: a file of this folder, as source or built. */
function workerBackend(): string {
  return fileURLToPath(new URL(`worker-backend.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url));
}

function shard(text: string): Shard {
  const [index, parts] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (index !== undefined && parts !== undefined && index < parts) return { index, count: parts };
  throw new InvalidArgumentError('expected i/n, such as 0/8.');
}
