import { UNLABELED } from '../data/batches';
import { inputError, within } from '../errors';
import { EMOTIONS } from '../labels';
import { type BootstrapOptions, parseBootstrap } from '../metrics/bootstrap';
import { classScores } from '../metrics/class-scores';
import { coverageCurve } from '../metrics/coverage';
import { checkRows, normalizeRows } from '../metrics/probability';
import { object, type Schema, unchecked } from '../schema';
import { reportMarkdown } from './markdown';
import type { ReportData } from './report-data';
import { computeScores } from './scores';

/** A report in the shapes that tfjs-vis renders. */
export interface TfvisData {
  /** For `tfvis.render.confusionMatrix(surface, confusionMatrix)`. */
  confusionMatrix: {
    /** Counts; rows are true classes, columns are predicted classes. */
    values: number[][];
    /** The class names. */
    tickLabels: string[];
  };
  /** For `tfvis.show.perClassAccuracy(surface, perClassAccuracy, report.classNames)`. */
  perClassAccuracy: {
    /** The recall of the class, 0..1. */
    accuracy: number;
    /** The number of its images. */
    count: number;
  }[];
}

/** The result of {@link evaluate}: the scores, and methods that format them. */
export interface EvaluationReport extends Readonly<ReportData> {
  /** Returns a copy of the plain data. `JSON.stringify(report)` calls it, and writes NaN as null. */
  toJSON(): ReportData;
  /** Formats the report as tables in GitHub's Markdown. */
  toMarkdown(): string;
  /** Returns the data for tfjs-vis. */
  toTfvis(): TfvisData;
}

/** The input of {@link createReport}. */
export interface ReportInput {
  /**
   * Outputs, `[n, numClasses]` row by row, at least 0. Rows that do not sum to 1, such as those of sigmoid heads, are divided by their
   * sum.
   */
  probabilities: ArrayLike<number>;
  /** True classes, `[n]`, in 0..numClasses - 1; n is at least 1. */
  labels: ArrayLike<number>;
  /** The class names. Default: the seven emotions, or `class 0`, `class 1`, … for another number of classes. */
  classNames?: readonly string[] | undefined;
  /** Options of the accuracy's bootstrap interval. Default `{ samples: 1000, seed: 0, confidence: 0.95 }`. */
  bootstrap?: BootstrapOptions | undefined;
  /** `[n]`, 1 for each image that is in the training set, otherwise 0. Adds the scores without these images. Default: none. */
  inTrainingSet?: ArrayLike<number> | undefined;
}

const parse = object({
  probabilities: unchecked<ArrayLike<number>>,
  labels: unchecked<ArrayLike<number>>,
  classNames: unchecked<readonly string[] | undefined>,
  bootstrap: (where, given = {}) => parseBootstrap(where, given),
  inTrainingSet: unchecked<ArrayLike<number> | undefined>,
} satisfies Schema<ReportInput>);

/**
 * Creates an evaluation report from predictions, for instance of another framework.
 *
 * @param input Probabilities, labels and class names; borrowed.
 * @returns The report.
 * @throws InputError if there are no labels, lengths do not match, a label is unknown, a probability is negative or not finite, or a row
 *   contains only zeros.
 * @example
 * ```ts
 * const report = createReport({ probabilities: [0.9, 0.1, 0.4, 0.6], labels: [0, 0], classNames: ['cat', 'dog'] });
 * report.accuracy; // 0.5
 * ```
 */
export function createReport(input: ReportInput): EvaluationReport {
  return within('createReport', () => report(parse('createReport', input)));
}

function report({
  probabilities: outputs,
  labels,
  classNames: given,
  bootstrap,
  inTrainingSet,
}: ReturnType<typeof parse>): EvaluationReport {
  within(': labels', () => checkLabeled(labels));
  const numClasses = checkRows(labels, outputs);
  const classNames = within(': classNames', () => fillClassNames(given, numClasses));
  if (inTrainingSet && inTrainingSet.length !== labels.length) {
    throw inputError(
      ': inTrainingSet',
      `one value for each of the ${labels.length} labels`,
      `${inTrainingSet.length} values`,
    );
  }

  const probabilities = normalizeRows(outputs, numClasses);
  const { scores, matrix, reliability } = computeScores(labels, probabilities, numClasses, bootstrap);
  const data: ReportData = {
    ...scores,
    classNames,
    perClass: classScores(matrix).map((scores, i) => ({ className: classNames[i]!, ...scores })),
    confusionMatrix: matrix,
    reliability,
    coverage: coverageCurve(labels, probabilities),
  };
  if (inTrainingSet) {
    const isNew = (row: number): boolean => !inTrainingSet[row];
    const labelsLeft = Array.from(labels).filter((_, row) => isNew(row));
    const probabilitiesLeft = probabilities.filter((_, i) => isNew(Math.floor(i / numClasses)));
    data.withoutTrainingDuplicates = {
      removed: labels.length - labelsLeft.length,
      ...computeScores(labelsLeft, probabilitiesLeft, numClasses, bootstrap).scores,
    };
  }
  return {
    ...data,
    toJSON: () => copyOf(data),
    toMarkdown: () => reportMarkdown(data),
    toTfvis: () => reportTfvis(data),
  };
}

/** A deep copy of plain data; `structuredClone` is not everywhere. */
function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyOf(each as unknown)])) as T;
}

/**
 * Throws unless there is at least one label and all labels are known.
 *
 * @throws InputError that names the first unlabeled row.
 */
export function checkLabeled(labels: ArrayLike<number>): void {
  if (!(labels?.length > 0)) {
    throw inputError('', 'at least one image to score', 'none');
  }
  const row = Array.prototype.indexOf.call(labels, UNLABELED);
  if (row >= 0) {
    throw inputError(
      '',
      'a known class for each image',
      `${UNLABELED} (unlabeled) at index ${row}`,
      'Remove unlabeled images.',
    );
  }
}

/**
 * Returns the class names, or their defaults.
 *
 * @param classNames The names, if known.
 * @returns A copy of the names, otherwise the seven emotions, or `class 0`, `class 1`, … for another number of classes.
 * @throws InputError if there is not one name for each class.
 */
export function fillClassNames(classNames: readonly string[] | undefined, numClasses: number): string[] {
  const names = classNames ?? (numClasses === EMOTIONS.length ? EMOTIONS : undefined);
  if (!names) return Array.from({ length: numClasses }, (_, i) => `class ${i}`);
  if (names.length === numClasses) return [...names];
  throw inputError('', `${numClasses} names`, `${names.length}`);
}

function reportTfvis({ confusionMatrix, classNames, perClass }: ReportData): TfvisData {
  return {
    confusionMatrix: { values: confusionMatrix.map((row) => [...row]), tickLabels: [...classNames] },
    perClassAccuracy: perClass.map(({ recall, support }) => ({ accuracy: recall, count: support })),
  };
}
