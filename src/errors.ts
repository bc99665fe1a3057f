/**
 * The parts from which every error of this package builds its message.
 *
 * @example
 * ```ts
 * const parts: FerErrorParts = { where: 'loadMine', expected: 'a label', received: '"9"', remedy: 'Correct the file.' };
 * new FerError(parts).message; // 'loadMine: expected a label, received "9". Correct the file.'
 * ```
 */
export interface FerErrorParts {
  /** The place: a function, option or file, for instance `preprocess` or `train: options.batchSize`. */
  where: string;
  /** What was expected there, as the object of "expected". */
  expected: string;
  /** What came instead, as the object of "received". */
  received: string;
  /** One or more whole sentences that say what to do now. */
  remedy?: string | undefined;
  /** The error that led to this one, kept as `cause`. */
  cause?: unknown;
}

/** What is repeated of a place or a value: both ends, if it is long, for instance a file in base64. */
const shorten = (part: string) => (part.length > 240 ? `${part.slice(0, 80)} … ${part.slice(-80)}` : part);

/**
 * Base of every error that this package throws on purpose. Messages follow one grammar: where, expected, received, remedy.
 *
 * @example
 * ```ts
 * try {
 *   await classify(picture);
 * } catch (error) {
 *   if (error instanceof FerError) console.error(error.where, error.message);
 *   else throw error;
 * }
 * ```
 */
export class FerError extends Error {
  /** The name of the class, also where a program's classes are renamed by a minifier. */
  override readonly name: string = 'FerError';
  /** The place that refused: a function, option or file. */
  readonly where: string;

  /** @param parts Where, what was expected, what was received, and the remedy. */
  constructor(parts: FerErrorParts) {
    const remedy = parts.remedy === undefined ? '' : ` ${parts.remedy}`;
    const where = shorten(parts.where);
    super(`${where}: expected ${parts.expected}, received ${shorten(parts.received)}.${remedy}`, {
      cause: parts.cause,
    });
    this.where = where;
  }
}

/**
 * An argument or option is not what the function takes. Thrown before anything is computed or changed.
 *
 * @example
 * ```ts
 * new InputError({ where: 'preprocess', expected: 'rank 4', received: 'rank 3' }).message; // 'preprocess: expected rank 4, received rank 3.'
 * ```
 */
export class InputError extends FerError {
  override readonly name: string = 'InputError';
}

/**
 * Parts of a {@link DatasetError}: those of every error and the position in the file.
 *
 * @example
 * ```ts
 * const parts: DatasetErrorParts = { where: 'loadMine', row: 7, expected: 'a label', received: '"9"' };
 * new DatasetError(parts).row; // 7
 * ```
 */
export interface DatasetErrorParts extends FerErrorParts {
  /** Name of the file, if known. */
  file?: string;
  /** 1-based row of the file; the header is row 1. */
  row?: number;
  /** Name of the column. */
  column?: string;
}

/**
 * A data file holds something that it must not. Carries file, row and column.
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
  /** Name of the file, if known. */
  readonly file: string | undefined;
  /** 1-based row of the file; the header is row 1. */
  readonly row: number | undefined;
  /** Name of the column. */
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
 * Weights, a model file or its card are missing, damaged or do not belong together.
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
 * No tfjs backend is registered, the active one cannot do what was asked, or its graphics card is gone.
 *
 * @example
 * ```ts
 * try {
 *   await classifier.classify(picture);
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
 * A run of `train` cannot go on, for instance because the loss is not finite or a checkpoint does not fit.
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
 * Something that was disposed of is used again.
 *
 * @example
 * ```ts
 * classifier.dispose();
 * await classifier.classify(picture); // rejects with a DisposedError
 * ```
 */
export class DisposedError extends FerError {
  override readonly name: string = 'DisposedError';
  /**
   * @param where The method that was called.
   * @param what What was disposed of, for instance `a classifier`.
   * @param remedy What to do instead.
   */
  constructor(where: string, what: string, remedy: string) {
    super({ where, expected: `${what} in use`, received: 'one that was disposed of', remedy });
  }
}

/**
 * The error for an optional package that is needed and cannot be imported.
 *
 * @param where The function that needs it.
 * @param name Name of the package.
 * @param cause What the import threw.
 * @returns The error, which tells how to install the package.
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

/** An {@link InputError} from its parts, in the order of its message. */
export function inputError(where: string, expected: string, received: string, remedy?: string): InputError {
  return new InputError({ where, expected, received, remedy });
}

/** A {@link WeightsError} from its parts, in the order of its message. */
export function weightsError(where: string, expected: string, received: string, remedy?: string): WeightsError {
  return new WeightsError({ where, expected, received, remedy });
}

/** The reason of a failure in words; `fetch` hides why in its cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
