import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FerError, InputError, inputError } from '../errors';
import { describe } from '../validate';
import type { Prediction } from '../classify/predictions';
import type { ImageFaces } from './faces-of';
import { makeFolder } from '../platform/make-folder';
import { writeFiles } from '../platform/node-write';

/**
 * One line of a results file: what a picture shows, or why that could not be told.
 *
 * @example
 * ```ts
 * const lines = (await readFile('done.jsonl', 'utf8')).trimEnd().split('\n');
 * const results = lines.map((line) => JSON.parse(line) as FileResult);
 * const failed = results.filter((result) => 'error' in result);
 * ```
 */
export type FileResult =
  | {
      /** Path below the folder, with slashes. */
      readonly file: string;
      /** The classes, the most probable first. */
      readonly predictions: readonly Prediction[];
    }
  | ({
      /** Path below the folder, with slashes. */
      readonly file: string;
    } & ImageFaces)
  | {
      /** Path below the folder, with slashes. */
      readonly file: string;
      /** Why the picture could not be classified. */
      readonly error: string;
    };

/**
 * Results as lines of JSON, to which is only ever added. A line counts once its line feed is written: whatever stands behind the last one is
 * cut off on opening, so that a process may be killed while it writes.
 */
export class ResultsFile {
  /** The files that have a line. */
  readonly done = new Set<string>();
  /** How many of them have an error. */
  failed = 0;
  readonly #path: string;
  readonly #file: FileHandle;
  #size = 0;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Opens a file of results, or begins one. What its run was asked for is kept beside it, in `<path>.run.json`.
   *
   * @param path The file; its folder is made if needed.
   * @param run What determines the results; that of a file that is there already must be the same.
   * @throws {@link InputError} if the file holds the results of another run or something else; it is left as it is.
   */
  static async open(path: string, run: Readonly<Record<string, unknown>>): Promise<ResultsFile> {
    const file = await openResults(path, JSON.stringify(run));
    const results = new ResultsFile(path, file);
    try {
      await results.#read();
      return results;
    } catch (error) {
      await results.#file.close();
      throw error;
    }
  }

  /** Takes up the whole lines and cuts off the rest. */
  async #read(): Promise<void> {
    let line = 0;
    let rest = Buffer.alloc(0);
    for await (const chunk of this.#file.createReadStream({ start: 0, autoClose: false }) as AsyncIterable<Buffer>) {
      rest = Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
        this.#take(rest.toString('utf8', start, end), ++line);
        start = end + 1;
      }
      this.#size += start;
      rest = rest.subarray(start);
    }
    if (rest.length > 0) await this.#file.truncate(this.#size);
  }

  #take(text: string, line: number): void {
    const result = parse(text);
    if (typeof result?.file !== 'string') {
      throw inputError(
        `classifyFolder: ${this.#path}: line ${line}`,
        'a result as JSON',
        JSON.stringify(text.slice(0, 60)),
        'Move the file away, or remove the line.',
      );
    }
    this.#count(result);
  }

  #count(result: FileResult): void {
    this.done.add(result.file);
    if ('error' in result) this.failed++;
  }

  /**
   * Adds results, in one write.
   * @throws {@link InputError} if another process writes to the file.
   */
  append(results: readonly FileResult[]): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write(results));
    return this.#writing;
  }

  async #write(results: readonly FileResult[]): Promise<void> {
    const bytes = Buffer.from(results.map((result) => `${JSON.stringify(result)}\n`).join(''));
    const { size } = await this.#file.stat();
    if (size !== this.#size) {
      throw inputError(
        `classifyFolder: ${this.#path}`,
        `a file of ${this.#size} bytes`,
        `one of ${size}`,
        'Another process writes to it: let one of them go on, or give each a file and a shard of its own.',
      );
    }
    await this.#file.appendFile(bytes);
    this.#size += bytes.length;
    for (const result of results) this.#count(result);
  }

  /** Waits for what is being written, sees to it that it is on the disk, and closes the file. */
  async close(): Promise<void> {
    try {
      await this.#writing.catch(() => {});
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }
}

function parse(text: string): FileResult | undefined {
  try {
    return JSON.parse(text) as FileResult;
  } catch {
    return undefined;
  }
}

async function openResults(path: string, run: string): Promise<FileHandle> {
  const [where, expected] = [`classifyFolder: ${path}`, 'a file for the results'];
  try {
    await makeFolder(dirname(path));
    if ((await ifThere(stat(path)))?.isFile() === false) throw inputError(where, expected, 'a folder or device');
    await checkRun(path, run);
    return await open(path, 'a+');
  } catch (cause) {
    if (cause instanceof FerError) throw cause;
    const received = cause instanceof Error ? cause.message : describe(cause);
    throw new InputError({ where, expected, received, cause });
  }
}

/** Holds a run against that whose results are there, or notes it down before the first result. */
async function checkRun(path: string, run: string): Promise<void> {
  const file = `${path}.run.json`;
  const [known, results] = await Promise.all([ifThere(readFile(file, 'utf8')), ifThere(stat(path))]);
  if (!results?.size && known?.trim() !== run) return writeFiles({ [file]: `${run}\n` });
  if (known?.trim() === run) return;
  throw inputError(
    `classifyFolder: ${path}`,
    `a new file, or one with results of the run ${run}`,
    known === undefined ? `one without ${file}` : `results of the run ${known.trim()}`,
    'Write to another file, or ask for the same as before.',
  );
}

/** What comes of looking at a file, or undefined if there is none. */
async function ifThere<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
