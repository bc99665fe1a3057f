import { within } from '../errors';
import { checkMatrix, type ConfusionMatrix } from './confusion-matrix';

/** The scores of one class. */
export interface ClassScores {
  /** The share of the images predicted as this class that belong to it, 0..1; 0 if there are none. */
  precision: number;
  /** The share of the images of this class that were predicted as it, 0..1; 0 if there are none. */
  recall: number;
  /** The harmonic mean of precision and recall, 0..1; 0 if the class neither occurs nor was predicted. */
  f1: number;
  /** The number of images of this class. */
  support: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const mean = (values: readonly number[]): number => sum(values) / values.length;

const hits = (matrix: ConfusionMatrix): number[] => matrix.map((row, i) => row[i]!);
const supports = (matrix: ConfusionMatrix): number[] => matrix.map(sum);
const predicted = (matrix: ConfusionMatrix): number[] => matrix.map((_, j) => sum(matrix.map((row) => row[j]!)));

/**
 * Computes the accuracy: the share of correct predictions.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if the matrix is not square or contains something else than counts.
 * @example
 * ```ts
 * accuracy(confusionMatrix(labels, predictions, 7)); // 0.655
 * accuracy([[3, 0], [1, 0]]); // 0.75
 * ```
 */
export function accuracy(matrix: ConfusionMatrix): number {
  within('accuracy', () => checkMatrix(matrix));
  return sum(hits(matrix)) / sum(supports(matrix));
}

/**
 * Computes precision, recall, F1 and support of each class. 0/0 counts as 0, as in scikit-learn with `zero_division=0`.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns One entry per class, in label order; all zeros for empty input.
 * @throws InputError if the matrix is not square or contains something else than counts.
 * @example
 * ```ts
 * classScores([[1, 0], [1, 1]])[1]; // { precision: 1, recall: 0.5, f1: 0.667, support: 2 }
 * ```
 */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  within('classScores', () => checkMatrix(matrix));
  const [hit, support, taken] = [hits(matrix), supports(matrix), predicted(matrix)];
  return matrix.map((_, i) => ({
    precision: ratio(hit[i]!, taken[i]!),
    recall: ratio(hit[i]!, support[i]!),
    f1: ratio(2 * hit[i]!, support[i]! + taken[i]!),
    support: support[i]!,
  }));
}

/**
 * Computes the unweighted mean F1 of the classes that occur in the labels or the predictions, as scikit-learn does by default.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if the matrix is not square or contains something else than counts.
 * @example
 * ```ts
 * macroF1([[3, 0], [1, 0]]); // 0.429
 * macroF1([[3, 0], [0, 1]]); // 1
 * ```
 */
export function macroF1(matrix: ConfusionMatrix): number {
  within('macroF1', () => checkMatrix(matrix));
  const taken = predicted(matrix);
  return mean(
    classScores(matrix)
      .filter(({ support }, i) => support + taken[i]! > 0)
      .map(({ f1 }) => f1),
  );
}

/**
 * Computes the mean F1 of the classes, weighted by their support.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if the matrix is not square or contains something else than counts.
 * @example
 * ```ts
 * weightedF1([[3, 0], [1, 0]]); // 0.643
 * ```
 */
export function weightedF1(matrix: ConfusionMatrix): number {
  within('weightedF1', () => checkMatrix(matrix));
  const scores = classScores(matrix);
  return sum(scores.map(({ f1, support }) => f1 * support)) / sum(supports(matrix));
}

/**
 * Computes the balanced accuracy: the mean recall of the classes that occur in the labels, not adjusted for chance, as in scikit-learn.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if the matrix is not square or contains something else than counts.
 * @example
 * ```ts
 * balancedAccuracy([[3, 0], [1, 0]]); // 0.5
 * ```
 */
export function balancedAccuracy(matrix: ConfusionMatrix): number {
  within('balancedAccuracy', () => checkMatrix(matrix));
  return mean(
    classScores(matrix)
      .filter(({ support }) => support > 0)
      .map(({ recall }) => recall),
  );
}

/**
 * Computes Cohen's kappa: the agreement of labels and predictions beyond chance.
 *
 * Source: Cohen, "A coefficient of agreement for nominal scales", 1960.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in -1..1: 1 for full agreement, 0 for chance; NaN for empty input, and if all labels and predictions are the same
 *   class, as in scikit-learn.
 * @throws InputError if the matrix is not square or contains something else than counts.
 * @example
 * ```ts
 * cohensKappa([[3, 0], [1, 0]]); // 0
 * cohensKappa([[3, 0], [0, 1]]); // 1
 * ```
 */
export function cohensKappa(matrix: ConfusionMatrix): number {
  within('cohensKappa', () => checkMatrix(matrix));
  const [support, taken] = [supports(matrix), predicted(matrix)];
  const total = sum(support);
  const chance = sum(support.map((count, i) => count * taken[i]!)) / total ** 2;
  return (accuracy(matrix) - chance) / (1 - chance);
}
