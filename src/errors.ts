/** The parts of an error message: `where: expected X, received Y. Remedy.` */
export interface FerErrorParts {
  /** The place: a function, option or file, for instance `preprocess` or `train: options.batchSize`. */
  where: string;
  /** The expected value. */
  expected: string;
  /** The received value. */
  received: string;
  /** An instruction in one or more sentences. */
  remedy?: string | undefined;
  /** The cause of the error. */
  cause?: unknown;
}

/** Shortens long strings, for instance a file in base64, to both ends. */
const shorten = (part: string) => (part.length > 240 ? `${part.slice(0, 80)} … ${part.slice(-80)}` : part);

/**
 * The base class of all errors of this package. Messages have the form `where: expected X, received Y. Remedy.`
 *
 * @example
 * ```ts
 * try {
 *   await classify(image);
 * } catch (error) {
 *   if (error instanceof FerError) console.error(error.where, error.message);
 *   else throw error;
 * }
 * ```
 */
export class FerError extends Error implements FerErrorParts {
  /** The name of the class, also in minified programs. */
  override readonly name: string = 'FerError';
  /** The function, option or file that caused the error. */
  declare readonly where: string;
  /** The expected value. */
  declare readonly expected: string;
  /** The received value, shortened. */
  declare readonly received: string;
  /** An instruction in one or more sentences. */
  declare readonly remedy: string | undefined;

  /** @param parts The parts of the message. */
  constructor({ where, expected, received, remedy, cause }: FerErrorParts) {
    const parts = { where: shorten(where), expected, received: shorten(received), remedy };
    super(`${parts.where}: expected ${expected}, received ${parts.received}.${remedy ? ` ${remedy}` : ''}`, { cause });
    Object.assign(this, parts);
  }
}

/**
 * An invalid argument or option. Thrown before anything is computed or changed.
 *
 * @example
 * ```ts
 * new InputError({ where: 'preprocess', expected: 'rank 4', received: 'rank 3' }).message; // 'preprocess: expected rank 4, received rank 3.'
 * ```
 */
export class InputError extends FerError {
  override readonly name: string = 'InputError';
}

/** The parts of a {@link DatasetError}: those of every error and the position in the file. */
export interface DatasetErrorParts extends FerErrorParts {
  /** The name of the file, if known. */
  file?: string;
  /** The 1-based row of the file; the header is row 1. */
  row?: number;
  /** The name of the column. */
  column?: string;
}

/**
 * A data file contains invalid data.
 *
 * @example
 * ```ts
 * const dataset = await loadFer2013(file).catch((error) => {
 *   if (error instanceof DatasetError) console.error(error.file, error.row, error.column);
 *   throw error;
 * });
 * ```
 */
export class DatasetError extends FerError {
  override readonly name: string = 'DatasetError';
  /** The name of the file, if known. */
  readonly file: string | undefined;
  /** The 1-based row of the file; the header is row 1. */
  readonly row: number | undefined;
  /** The name of the column. */
  readonly column: string | undefined;

  /** @param parts The parts of the message and the position in the file. */
  constructor(parts: DatasetErrorParts) {
    super(parts);
    this.file = parts.file;
    this.row = parts.row;
    this.column = parts.column;
  }
}

/**
 * Weights, a model file or its card are missing or damaged, or do not match.
 *
 * @example
 * ```ts
 * const { model } = await loadModel('runs/mine').catch((error) => {
 *   if (error instanceof WeightsError) return loadModel('compact');
 *   throw error;
 * });
 * ```
 */
export class WeightsError extends FerError {
  override readonly name: string = 'WeightsError';
}

/**
 * No tfjs backend is registered, the active backend does not support an operation, or its GPU device is lost.
 *
 * @example
 * ```ts
 * try {
 *   await classifier.classify(image);
 * } catch (error) {
 *   if (!(error instanceof BackendError)) throw error;
 *   await tf.setBackend('wasm'); // and load the classifier again
 * }
 * ```
 */
export class BackendError extends FerError {
  override readonly name: string = 'BackendError';
}

/**
 * Training failed, for instance because the loss is not finite or a checkpoint does not match.
 *
 * @example
 * ```ts
 * try {
 *   await train(model, dataset, { epochs: 30, optimization: { learningRate: 10 } });
 * } catch (error) {
 *   if (error instanceof TrainingError) console.error(error.message); // the model keeps its last finite weights
 *   else throw error;
 * }
 * ```
 */
export class TrainingError extends FerError {
  override readonly name: string = 'TrainingError';
}

/**
 * An object is used after it was disposed of.
 *
 * @example
 * ```ts
 * classifier.dispose();
 * await classifier.classify(image); // rejects with a DisposedError
 * ```
 */
export class DisposedError extends FerError {
  override readonly name: string = 'DisposedError';
  /**
   * @param where The method that was called.
   * @param what The object, for instance `a classifier`.
   * @param remedy An instruction.
   */
  constructor(where: string, what: string, remedy: string) {
    super({ where, expected: `${what} in use`, received: 'one that was disposed of', remedy });
  }
}

/**
 * Creates the error for an optional package that cannot be imported.
 *
 * @returns The error, with the command that installs the package.
 */
export function missingPackage(where: string, name: string, cause: unknown): FerError {
  return new FerError({
    where,
    expected: `the package ${name}`,
    received: 'none that can be loaded',
    remedy: `Install it with: npm install ${name}`,
    cause,
  });
}

/**
 * Runs the work, and completes the place of the errors of this package that it throws.
 *
 * A function that only others of this package call does not know on whose behalf it runs: the place of its errors begins with a colon, a
 * bracket or a dot, or is empty, and follows the place of its caller. A public function begins with its own name.
 *
 * @param place What precedes the places: `train`, or in turn a continuation such as `: layer 'a'`.
 * @param work The work, synchronous or not.
 */
export function within<T>(place: string, work: () => T): T {
  const complete = (error: unknown): never => {
    if (!(error instanceof FerError) || !/^($|: |, |\[|\.\w)/.test(error.where)) throw error;
    const message = place + error.message;
    const stack = error.stack?.replace(error.message, () => message);
    throw Object.assign(error, { where: place + error.where, message, stack });
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(complete) as T) : result;
  } catch (error) {
    return complete(error);
  }
}

/** Creates an {@link InputError}. */
export function inputError(where: string, expected: string, received: string, remedy?: string): InputError {
  return new InputError({ where, expected, received, remedy });
}

/** Creates a {@link WeightsError}. */
export function weightsError(where: string, expected: string, received: string, remedy?: string): WeightsError {
  return new WeightsError({ where, expected, received, remedy });
}

/** The message of an error, with that of its cause, which `fetch` needs. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
