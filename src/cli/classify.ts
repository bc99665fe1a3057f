import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError, type Command } from 'commander';
import { FerError, loadClassifier, loadImage, type Box, type Classifier } from 'fer-cnn';
import { createFaceClassifier, type ClassifiedFace, type FaceClassifier } from 'fer-cnn/faces';
import { classifyFolder, type ClassifyFolderOptions, type FolderSummary } from 'fer-cnn/node';
import { facesOf, wholeImage, type ImageFaces } from '../node/faces-of';
import { annotate } from './annotate';
import { startBackend } from './backend';
import { barTable } from './bars';
import { isFolder } from './data';
import { backendOption, box, command, count, MODEL_HELP } from './options';
import { showImages } from './progress';
import { EXIT, interruptible, print, UsageError, warn } from './run';
import { checkOut, importSharp } from './sharp';

type Shard = NonNullable<ClassifyFolderOptions['shard']>;

interface Options {
  model: string;
  backend?: string;
  topk?: number;
  crop?: true;
  box?: Box;
  annotate?: string;
  json?: true;
  out?: string;
  workers?: number;
  shard?: Shard;
}

type Result = ({ file: string } & ImageFaces) | { file: string; error: string };

/** `fer-cnn classify`: the faces in files or in a folder of any size, and their expressions. */
export function classifyCommand(): Command {
  return command('classify', 'Finds the faces in photos and classifies their expressions.', [
    'party.jpg',
    'party.jpg --annotate marked.png       # the photo with frames and labels',
    'face.png --crop                       # the image is the face',
    'photo.jpg --box 175,60,95,110 --topk 2 --json',
    'photos --out results.jsonl            # a folder, by several processes; the same command resumes',
  ])
    .argument('<image...>', 'PNG, JPEG, WebP, GIF, AVIF, TIFF or SVG files by path or URL; with --out one folder')
    .option('--model <name or dir>', MODEL_HELP, 'compact')
    .addOption(backendOption())
    .option('--topk <k>', 'only the k most probable classes', count)
    .option('--crop', 'the images are already cropped to one face: skip the face detection')
    .option('--box <x,y,w,h>', "the face's box in pixels, in every image: skip the face detection", box)
    .option('--annotate <file>', 'write the photo with a frame and a label for each face; takes one photo')
    .option('--json', 'print JSON')
    .option('--out <file>', 'classify a folder into this file of JSON lines; if it exists, resume it')
    .option('--workers <n>', `with --out: number of processes (default: ${availableParallelism()})`, count)
    .option('--shard <i/n>', 'with --out: only part i of n, from 0/n to (n-1)/n', shard)
    .action((files: string[], options: Options) => {
      if (options.crop && options.box) throw new UsageError('--crop: the whole image or --box, not both.');
      for (const name of ['workers', 'shard'] as const) {
        if (options[name] && options.out === undefined) throw new UsageError(`--${name}: expected --out too.`);
      }
      return options.out === undefined ? classifyFiles(files, options) : classifyInto(options.out, files, options);
    });
}

async function classifyFiles(files: readonly string[], options: Options): Promise<void> {
  const { json, topk, annotate: out } = options;
  if (out !== undefined && files.length > 1) {
    throw new UsageError(`--annotate: expected one photo, received ${files.length}.`);
  }
  if (out !== undefined) checkOut('--annotate', out, files[0]!);
  for (const file of files) {
    if (!(await isFolder(file))) continue;
    throw new UsageError(
      `${file}: expected an image, received a folder. Add --out results.jsonl to classify its images.`,
    );
  }
  await startBackend(options.backend);
  await importSharp(); // or each image would fail with the same message
  const classifier = await loadClassifier(options.model);
  try {
    const classes = classifier.card.classNames.length;
    if (topk !== undefined && topk > classes) {
      throw new UsageError(`--topk: expected at most ${classes}, the number of classes, received ${topk}.`);
    }
    const finder = { classifier, faces: createFaceClassifier({ classifier }) };
    const results: Result[] = [];
    for (const file of files) {
      try {
        const found = await classifyFile(finder, file, options);
        results.push({ file, ...found });
        if (!json) print(`${titleOf(file)}\n${describeFaces(found, options)}\n`);
        if (out !== undefined) await annotate(file, found.faces, out);
      } catch (error) {
        if (!(error instanceof FerError)) throw error;
        results.push({ file, error: error.message });
        warn(error.message.includes(file) ? error.message : `${titleOf(file)}: ${error.message}`);
        process.exitCode = EXIT.failed; // and continue with the next image
      }
    }
    if (json) print(JSON.stringify(results, null, 2));
  } finally {
    classifier.dispose();
  }
}

/** The faces of one file: those that are found, the one in the box, or the whole image. */
async function classifyFile(
  finder: { classifier: Classifier; faces: FaceClassifier },
  file: string,
  { topk, box, crop }: Options,
): Promise<ImageFaces> {
  const image = await loadImage(file);
  try {
    if (crop) return await wholeImage(image, finder.classifier, { topk });
    if (box) return { faces: [{ box, predictions: await finder.classifier.classify(image, { box, topk }) }] };
    return await facesOf(image, finder, { topk });
  } finally {
    image.dispose();
  }
}

/** What is printed below the name of a file. */
function describeFaces({ faces, isCrop }: ImageFaces, { crop }: Options): string {
  if (faces.length === 0) return '  No face found. With --crop the whole image is taken as the face.';
  if (isCrop) {
    const table = barTable(faces[0]!.predictions);
    return crop ? table : `  No face found in this small image: all of it is taken as the face.\n${table}`;
  }
  return faces.map((face, i) => `${placeOf(face, i, faces.length)}\n${barTable(face.predictions)}`).join('\n');
}

function placeOf({ box: { x, y, width, height } }: ClassifiedFace, i: number, count: number): string {
  const [left, top, right, bottom] = [x, y, x + width, y + height].map(Math.round);
  return `  Face ${i + 1} of ${count}, pixels ${left}, ${top} to ${right}, ${bottom}`;
}

/** A path or URL; one that holds a whole image is cut. */
const titleOf = (file: string): string => (file.length > 200 ? `${file.slice(0, 40)}…` : file);

/** One line for each image of a folder; Ctrl-C stops it, and the same command resumes. */
async function classifyInto(out: string, folders: readonly string[], options: Options): Promise<void> {
  const [dir, ...others] = folders;
  if (others.length > 0) throw new UsageError(`--out: expected one folder, received ${folders.length} paths.`);
  for (const name of ['box', 'annotate'] as const) {
    if (options[name]) throw new UsageError(`--${name}: expected image files, received a folder (--out).`);
  }
  if (options.backend) process.env['FER_CNN_BACKEND'] = options.backend; // for the workers
  const { model, topk, shard, workers, json, crop } = options;
  const progress = showImages('classifying');
  const start = performance.now();
  const summary = await interruptible(
    `Stopped. The results so far are in ${out}: to resume, run the same command.`,
    (signal) =>
      classifyFolder(dir!, {
        ...{ out, model, topk, shard, signal, faces: !crop, workers: { backend: workerBackend(), count: workers } },
        onProgress: ({ files, totalFiles }) => progress.update(files, totalFiles),
      }),
  ).finally(progress.stop);
  const { files, totalFiles, failed, resumed } = summary;
  if (failed > 0) process.exitCode = EXIT.failed;
  if (json) return print(JSON.stringify({ out, ...summary }));
  if (summary.ignored > 0) warn(describeIgnored(summary));
  const seconds = (performance.now() - start) / 1000;
  print(`${files} of ${totalFiles} images in ${out}, ${failed} of them with an error`);
  print(`${files - resumed} in ${seconds.toFixed(1)} s: ${((files - resumed) / seconds).toFixed(1)} images per second`);
}

/** The files of a folder that are no images, the first few by name. */
function describeIgnored({ ignored, ignoredFiles }: FolderSummary): string {
  const names = ignoredFiles.slice(0, 3).map((file) => JSON.stringify(file));
  const more = ignored > names.length ? `, … and ${ignored - names.length} more` : '';
  return `Ignored, without the extension of an image: ${names.join(', ')}${more}`;
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
