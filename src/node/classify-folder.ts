import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { InputError, inputError } from '../errors';
import { checkInteger, checkOptions, describe } from '../validate';
import { DEFAULT_MODEL, isBundled } from '../storage/bundled';
import { URL_SCHEME } from '../platform/platform';
import { checkPath } from '../platform/check-path';
import { checkWorkers } from './check-workers';
import { moduleUrl } from './module-url';
import { type FileResult, ResultsFile } from './results-file';
import { type Shard, walkPictures } from './walk';
import { runWorkers } from './worker-pool';
import type { WorkerSettings } from './worker-process';

/**
 * The processes that {@link classifyFolder} lets do the work.
 *
 * @example
 * ```ts
 * const workers: FolderWorkersOptions = { backend: '@tensorflow/tfjs-backend-wasm', count: 4, batchSize: 16 };
 * await classifyFolder('photos', { out: 'results.jsonl', workers });
 * ```
 */
export interface FolderWorkersOptions {
  /**
   * A module that registers a tfjs backend, which each worker imports: a package such as `@tensorflow/tfjs-node` or
   * `@tensorflow/tfjs-backend-wasm`, as it can be imported from the current directory, or a path or `file:` URL of a module of yours. If that has a
   * default export, it is called and awaited.
   */
  backend: string | URL;
  /** Number of processes, 1..1024. Default: one for each core. */
  count?: number | undefined;
  /** How many pictures a worker gets at a time, at least 1. Default 32. */
  batchSize?: number | undefined;
}

/**
 * Options of {@link classifyFolder}.
 *
 * @example
 * ```ts
 * const workers = { backend: '@tensorflow/tfjs-backend-wasm' };
 * const options: ClassifyFolderOptions = { out: 'results.jsonl', workers, topk: 1 };
 * await classifyFolder('photos', options);
 * ```
 */
export interface ClassifyFolderOptions {
  /** The file of results; added to if it is there. */
  out: string;
  /** The processes that do the work. */
  workers: FolderWorkersOptions;
  /** Name of bundled weights, or a directory that `saveWeights` wrote. Default `'default'`. */
  model?: string | undefined;
  /** How many classes to give for each picture, the most probable first. Default: all. */
  topk?: number | undefined;
  /**
   * Whether the faces in each image are found and classified: a line then has `faces` in place of `predictions`, each with box, score and
   * predictions. An image of at most 96 pixels a side without a face is taken as one. Default false: each image is a face.
   */
  faces?: boolean | undefined;
  /** Which part of the folder to classify, for one of several machines; each needs an `out` of its own. Default: all of it. */
  shard?: Shard | undefined;
  /** Stops the run; what is written stays, and the next call goes on. */
  signal?: AbortSignal | undefined;
  /** Is told how far the run is, after each batch. */
  onProgress?: ((progress: FolderProgress) => void) | undefined;
}

/**
 * How far {@link classifyFolder} is.
 *
 * @example
 * ```ts
 * const workers = { backend: '@tensorflow/tfjs-backend-wasm' };
 * const onProgress = ({ files, totalFiles }: FolderProgress) => console.log(`${files} of ${totalFiles}`);
 * await classifyFolder('photos', { out: 'results.jsonl', workers, onProgress });
 * ```
 */
export interface FolderProgress {
  /** Pictures with a result, those of earlier runs among them. */
  files: number;
  /** Pictures of the folder, or of its shard. */
  totalFiles: number;
  /** Pictures whose result is an error, those of earlier runs among them. */
  failed: number;
}

/**
 * What {@link classifyFolder} did.
 *
 * @example
 * ```ts
 * const workers = { backend: '@tensorflow/tfjs-backend-wasm' };
 * const { files, failed, resumed }: FolderSummary = await classifyFolder('photos', { out: 'results.jsonl', workers });
 * ```
 */
export interface FolderSummary extends FolderProgress {
  /** Pictures that had a result before this run. */
  resumed: number;
}

const WHERE = 'classifyFolder';

/**
 * Classifies all pictures in a folder and the folders below it, by several processes, into a file of JSON lines:
 * `{"file":"a/b.jpg","predictions":[{"className":"happy","probability":0.93}, …]}`, or `{"file":…,"error":…}` for a picture that cannot be read.
 *
 * The file is only added to. A run that was stopped, killed or cut off by a crash at any moment goes on where it was when it is called again
 * with the same options: each picture gets one line, none is lost and none comes twice. Lines have no order. A worker that dies is replaced; the picture
 * that it dies of gets an error. Memory: about 100 bytes for each picture that has a result, and one picture in full size for each worker.
 *
 * @param dir The folder. Pictures are known by their ending, as in `loadImageFolder`; names that begin with a dot are left out.
 * @param options The file of results, the workers, the weights, and which part of the folder.
 * @returns How many pictures there are, and how many of them have an error or were done before.
 * @throws `InputError` if an option is unknown or out of range, the folder cannot be read, or the file holds other results.
 * @throws `BackendError` or `WeightsError` if a worker cannot load backend or weights. The signal's reason if it is aborted.
 * @example
 * ```ts
 * const workers = { backend: '@tensorflow/tfjs-backend-wasm', count: 4 };
 * await classifyFolder('photos', { out: 'results.jsonl', workers, onProgress: console.log });
 * ```
 */
export async function classifyFolder(dir: string, options: ClassifyFolderOptions): Promise<FolderSummary> {
  checkFolderOptions(dir, options);
  const { out, workers, topk, faces = false, shard = { index: 0, count: 1 }, signal, onProgress } = options;
  const model = placeOf(options.model ?? DEFAULT_MODEL);
  const { count = availableParallelism(), batchSize = 32 } = workers;
  const settings: WorkerSettings = { dir: resolve(dir), backend: moduleUrl(workers.backend), model, topk, faces };
  signal?.throwIfAborted();
  const totalFiles = await countPictures(settings.dir, shard, signal);
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
    return { ...progress(), resumed };
  } finally {
    await results.close();
  }
}

function checkFolderOptions(dir: unknown, options: ClassifyFolderOptions): void {
  checkPath(`${WHERE}: dir`, dir);
  checkOptions(`${WHERE}: options`, options, [
    ...['out', 'workers', 'model', 'topk', 'faces', 'shard', 'signal', 'onProgress'],
  ]);
  const { out, workers, model, topk, faces = false, shard } = options;
  checkPath(`${WHERE}: options.out`, out);
  if (typeof faces !== 'boolean') throw inputError(`${WHERE}: options.faces`, 'true or false', describe(faces));
  checkPath(`${WHERE}: options.model`, model ?? DEFAULT_MODEL);
  checkOptions(`${WHERE}: options.workers`, workers, ['backend', 'count', 'batchSize']);
  checkWorkers(`${WHERE}: options.workers`, workers);
  for (const [name, value] of Object.entries({ 'workers.batchSize': workers.batchSize, topk })) {
    if (value !== undefined) checkInteger(`${WHERE}: options.${name}`, value, { min: 1 });
  }
  if (shard === undefined) return;
  checkOptions(`${WHERE}: options.shard`, shard, ['index', 'count']);
  checkInteger(`${WHERE}: options.shard.count`, shard.count, { min: 1 });
  checkInteger(`${WHERE}: options.shard.index`, shard.index, { min: 0, max: shard.count - 1 });
}

/** Bundled weights by their name, others by their whole path: a relative one means other weights where the next run starts elsewhere. */
function placeOf(model: string): string {
  return isBundled(model) || URL_SCHEME.test(model) ? model : resolve(model);
}

async function countPictures(dir: string, shard: Shard, signal: AbortSignal | undefined): Promise<number> {
  let count = 0;
  try {
    for await (const path of walkPictures(dir, shard)) {
      signal?.throwIfAborted();
      count += path ? 1 : 0;
    }
    return count;
  } catch (cause) {
    signal?.throwIfAborted();
    const received = cause instanceof Error ? `the failure "${cause.message}"` : String(cause);
    throw new InputError({ where: `${WHERE}: ${dir}`, expected: 'a folder that can be read', received, cause });
  }
}

/** The pictures that have no result yet, in batches. */
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
