import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { InputError, reasonOf } from '../errors';
import { callback, flag, integer, object, optional, type Schema, signal } from '../schema';
import { DEFAULT_MODEL, isBundled } from '../storage/bundled';
import { URL_SCHEME } from '../platform/platform';
import { parsePath } from '../platform/check-path';
import { WORKERS } from './check-workers';
import { moduleUrl } from './module-url';
import { type FileResult, ResultsFile, runFileOf } from './results-file';
import { type Shard, walkPictures } from './walk';
import { runWorkers } from './worker-pool';
import type { WorkerSettings } from './worker-process';

/** Options of the worker processes of {@link classifyFolder}. */
export interface FolderWorkersOptions {
  /**
   * A module that registers a tfjs backend, imported by each worker: a package such as `@tensorflow/tfjs-node` or
   * `@tensorflow/tfjs-backend-wasm`, resolved from the current directory, or a path or `file:` URL of your own module. Its default export,
   * if any, is called and awaited.
   */
  backend: string | URL;
  /** The number of processes, 1..1024. Default: one per core. */
  count?: number | undefined;
  /** The number of images per message to a worker, at least 1; a run that is stopped loses at most so many results per worker. Default 8. */
  batchSize?: number | undefined;
}

/** Options of {@link classifyFolder}. */
export interface ClassifyFolderOptions {
  /** The file of results; an existing file is resumed. */
  out: string;
  /** The worker processes. */
  workers: FolderWorkersOptions;
  /** A source of `loadModel`: the name of bundled weights, or the path of a saved model. Default `'compact'`. */
  model?: string | undefined;
  /** The number of classes per image, the most probable first. Default: all. */
  topk?: number | undefined;
  /**
   * Whether the faces in each image are found and classified: a line then has `faces` in place of `predictions`, each with box, score and
   * predictions. An image of at most 96 pixels a side without a face is taken as one. Default false: each image is a face.
   */
  faces?: boolean | undefined;
  /** The part of the folder to classify, for one of several machines with separate `out` files. Default: the whole folder. */
  shard?: Shard | undefined;
  /** Aborts the run. Written results are kept, and the next call resumes. */
  signal?: AbortSignal | undefined;
  /** Called after each batch. */
  onProgress?: ((progress: FolderProgress) => void) | undefined;
}

/** The progress of {@link classifyFolder}. */
export interface FolderProgress {
  /** The number of images with a result, including earlier runs. */
  files: number;
  /** The number of images in the folder, or in the shard. */
  totalFiles: number;
  /** The number of images with an error, including earlier runs. */
  failed: number;
}

/** The result of {@link classifyFolder}. */
export interface FolderSummary extends FolderProgress {
  /** The number of images with a result of earlier runs. */
  resumed: number;
  /**
   * The number of files in the folder, or in the shard, that are not classified: those without the extension of an image, except for the
   * results themselves, and links to folders.
   */
  ignored: number;
  /** The paths of the first 100 ignored files, relative to the folder, with slashes. */
  ignoredFiles: readonly string[];
}

const WHERE = 'classifyFolder';
const NAMED = 100; // ignored files
const positive = integer({ min: 1 });
const parseShard = object({ index: integer({ min: 0 }), count: positive } satisfies Schema<Shard>);

const parse = object({
  out: parsePath,
  workers: object({ ...WORKERS, batchSize: optional(positive, 8) } satisfies Schema<ClassifyFolderOptions['workers']>),
  model: optional(parsePath, DEFAULT_MODEL),
  topk: optional(positive),
  faces: optional(flag, false),
  shard: optional<Shard>(
    (where, given) => {
      const shard = parseShard(where, given);
      integer({ min: 0, max: shard.count - 1 })(`${where}.index`, shard.index);
      return shard;
    },
    { index: 0, count: 1 },
  ),
  signal,
  onProgress: callback<ClassifyFolderOptions['onProgress']>(),
} satisfies Schema<ClassifyFolderOptions>);

/**
 * Classifies all images of a folder and its subfolders by several processes, and writes JSON lines:
 * `{"file":"a/b.jpg","predictions":[{"className":"happy","probability":0.93}, …]}`, or `{"file":…,"error":…}` for images that cannot be read.
 *
 * A run that was stopped or killed resumes when it is called again with the same options: each image gets exactly one line. Lines are in
 * no particular order. Workers that crash are replaced, and the image that caused the crash gets an error. Needs about 100 bytes of memory
 * per image with a result, and one image in full size per worker.
 *
 * @param dir The folder. Images are found by their extension, as in `loadImageFolder`; names that begin with a dot are ignored.
 * @param options The file of results, the workers, the model, and the part of the folder.
 * @returns The number of images, of errors, of images from earlier runs, and of ignored files with their names.
 * @throws InputError if an option is unknown or out of range, the folder cannot be read, or the file contains other results.
 * @throws BackendError or WeightsError if a worker cannot load the backend or the model.
 * @throws The signal's reason when it is aborted.
 * @example
 * ```ts
 * const workers = { backend: '@tensorflow/tfjs-backend-wasm', count: 4 };
 * await classifyFolder('photos', { out: 'results.jsonl', workers, onProgress: console.log });
 * ```
 */
export async function classifyFolder(dir: string, options: ClassifyFolderOptions): Promise<FolderSummary> {
  parsePath(`${WHERE}: dir`, dir);
  const { out, workers, topk, faces, shard, signal, onProgress, ...parsed } = parse(`${WHERE}: options`, options);
  const model = placeOf(parsed.model);
  const { count = availableParallelism(), batchSize } = workers;
  const settings: WorkerSettings = { dir: resolve(dir), backend: moduleUrl(workers.backend), model, topk, faces };
  signal?.throwIfAborted();
  const { totalFiles, ...others } = await countFiles(settings.dir, shard, resolve(out), signal);
  const results = await ResultsFile.open(out, { dir: settings.dir, model, topk, shard, ...(faces && { faces }) });
  const resumed = results.done.size;
  const progress = (): FolderProgress => ({ files: results.done.size, totalFiles, failed: results.failed });
  try {
    const batches = batchesOf(settings.dir, shard, results.done, batchSize);
    const write = async (batch: readonly FileResult[]) => {
      await results.append(batch);
      onProgress?.(progress());
    };
    await runWorkers(count, settings, batches, write, signal);
    return { ...progress(), resumed, ...others };
  } finally {
    await results.close();
  }
}

/** The name of bundled weights, or the absolute path of others, because the next run may start in another directory. */
function placeOf(model: string): string {
  return isBundled(model) || URL_SCHEME.test(model) ? model : resolve(model);
}

/** Counts the images, and the other files except for the results. */
async function countFiles(
  dir: string,
  shard: Shard,
  out: string,
  signal: AbortSignal | undefined,
): Promise<Pick<FolderSummary, 'totalFiles' | 'ignored' | 'ignoredFiles'>> {
  let [totalFiles, ignored] = [0, 0];
  const ignoredFiles: string[] = [];
  const onOther = (path: string) => {
    if ([out, runFileOf(out)].includes(join(dir, path))) return;
    if (ignored++ < NAMED) ignoredFiles.push(path);
  };
  try {
    for await (const path of walkPictures(dir, shard, onOther)) {
      signal?.throwIfAborted();
      totalFiles += path ? 1 : 0;
    }
    return { totalFiles, ignored, ignoredFiles };
  } catch (cause) {
    signal?.throwIfAborted();
    const received = reasonOf(cause);
    throw new InputError({ where: `${WHERE}: ${dir}`, expected: 'a folder that can be read', received, cause });
  }
}

/** The images without a result, in batches. */
async function* batchesOf(
  dir: string,
  shard: Shard,
  done: ReadonlySet<string>,
  size: number,
): AsyncGenerator<readonly string[]> {
  let batch: string[] = [];
  for await (const path of walkPictures(dir, shard)) {
    if (!done.has(path)) batch.push(path);
    if (batch.length === size) yield batch.splice(0);
  }
  if (batch.length > 0) yield batch;
}
