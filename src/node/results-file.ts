import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FerError, InputError, inputError } from '../errors';
import { describe } from '../validate';
import type { Prediction } from '../classify/predictions';
import type { ImageFaces } from './faces-of';
import { makeFolder } from '../platform/make-folder';
import { writeFiles } from '../platform/node-write';

/** One line of a results file: the predictions of an image, or an error. */
export type FileResult =
  | {
      /** The path relative to the folder, with slashes. */
      readonly file: string;
      /** The classes, most probable first. */
      readonly predictions: readonly Prediction[];
    }
  | ({
      /** Path below the folder, with slashes. */
      readonly file: string;
    } & ImageFaces)
  | {
      /** The path relative to the folder, with slashes. */
      readonly file: string;
      /** The reason why the image could not be classified. */
      readonly error: string;
    };

/**
 * An append-only file of results as JSON lines. Incomplete lines of a killed process are removed when the file is opened.
 */
export class ResultsFile {
  /** The files that have a line. */
  readonly done = new Set<string>();
  /** The number of files with an error. */
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
   * Opens or creates a file of results. The options of its run are stored beside it.
   *
   * @param path The file; its folder is created if needed.
   * @param run The options that determine the results; must be the same for an existing file.
   * @throws {@link InputError} if the file contains the results of another run or something else. It is not changed.
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

  /** Reads complete lines and removes the rest. */
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
        'Remove the file or the line.',
      );
    }
    this.#count(result);
  }

  #count(result: FileResult): void {
    this.done.add(result.file);
    if ('error' in result) this.failed++;
  }

  /**
   * Appends results in one write.
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
        'Another process writes to it. Stop one of them, or use one file and one shard per process.',
      );
    }
    await this.#file.appendFile(bytes);
    this.#size += bytes.length;
    for (const result of results) this.#count(result);
  }

  /** Waits for pending writes, flushes the file to disk and closes it. */
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

/** The file with the options of the run that wrote a file of results. */
export const runFileOf = (path: string): string => `${path}.run.json`;

/** Compares a run with that of the existing results, or stores it before the first result. */
async function checkRun(path: string, run: string): Promise<void> {
  const file = runFileOf(path);
  const [known, results] = await Promise.all([ifThere(readFile(file, 'utf8')), ifThere(stat(path))]);
  if (!results?.size && known?.trim() !== run) return writeFiles({ [file]: `${run}\n` });
  if (known?.trim() === run) return;
  throw inputError(
    `classifyFolder: ${path}`,
    `a new file, or one with results of the run ${run}`,
    known === undefined ? `one without ${file}` : `results of the run ${known.trim()}`,
    'Use another file, or the same options as before.',
  );
}

/** The result of a file operation; undefined if the file does not exist. */
async function ifThere<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
