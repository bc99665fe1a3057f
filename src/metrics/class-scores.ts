import { checkMatrix, type ConfusionMatrix } from './confusion-matrix';

/**
 * How well one class is recognised.
 *
 * @example
 * ```ts
 * classScores([[3, 0], [1, 2]]).map(({ recall }: ClassScores) => recall); // [1, 0.667]
 * ```
 */
export interface ClassScores {
  /** Share of the pictures taken for this class that are of it, 0..1; 0 if none was taken for it. */
  precision: number;
  /** Share of the pictures of this class that were recognised, 0..1; 0 if there is none. */
  recall: number;
  /** Harmonic mean of precision and recall, 0..1; 0 if the class neither occurs nor was predicted. */
  f1: number;
  /** Number of pictures of this class. */
  support: number;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const mean = (values: readonly number[]): number => sum(values) / values.length;

const hits = (matrix: ConfusionMatrix): number[] => matrix.map((row, i) => row[i]!);
const supports = (matrix: ConfusionMatrix): number[] => matrix.map(sum);
const predicted = (matrix: ConfusionMatrix): number[] => matrix.map((_, j) => sum(matrix.map((row) => row[j]!)));

/**
 * Share of the pictures whose class was recognised.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if it is not square or not of counts.
 * @example
 * ```ts
 * accuracy(confusionMatrix(labels, predictions, 7)); // 0.655
 * ```
 */
export function accuracy(matrix: ConfusionMatrix): number {
  checkMatrix('accuracy', matrix);
  return sum(hits(matrix)) / sum(supports(matrix));
}

/**
 * Precision, recall, F1 and support of each class. What is 0/0 counts as 0, as in scikit-learn with `zero_division=0`.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns One entry a class, in order; all zeros for empty input.
 * @throws InputError if it is not square or not of counts.
 * @example
 * ```ts
 * classScores([[1, 0], [1, 1]])[1]; // { precision: 1, recall: 0.5, f1: 0.667, support: 2 }
 * ```
 */
export function classScores(matrix: ConfusionMatrix): ClassScores[] {
  checkMatrix('classScores', matrix);
  const [hit, support, taken] = [hits(matrix), supports(matrix), predicted(matrix)];
  return matrix.map((_, i) => ({
    precision: ratio(hit[i]!, taken[i]!),
    recall: ratio(hit[i]!, support[i]!),
    f1: ratio(2 * hit[i]!, support[i]! + taken[i]!),
    support: support[i]!,
  }));
}

/**
 * Mean F1 over the classes that occur among the labels or the predictions (scikit-learn's default), all with the same weight.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if it is not square or not of counts.
 * @example
 * ```ts
 * macroF1([[3, 0], [1, 0]]); // 0.429
 * ```
 */
export function macroF1(matrix: ConfusionMatrix): number {
  checkMatrix('macroF1', matrix);
  const taken = predicted(matrix);
  return mean(
    classScores(matrix)
      .filter(({ support }, i) => support + taken[i]! > 0)
      .map(({ f1 }) => f1),
  );
}

/**
 * Mean F1 over the classes, weighted by how often each occurs among the labels.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if it is not square or not of counts.
 * @example
 * ```ts
 * weightedF1([[3, 0], [1, 0]]); // 0.643
 * ```
 */
export function weightedF1(matrix: ConfusionMatrix): number {
  checkMatrix('weightedF1', matrix);
  const scores = classScores(matrix);
  return sum(scores.map(({ f1, support }) => f1 * support)) / sum(supports(matrix));
}

/**
 * Mean recall over the classes that occur among the labels (scikit-learn's definition, not adjusted for chance), which a rare
 * class moves as much as a frequent one.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if it is not square or not of counts.
 * @example
 * ```ts
 * balancedAccuracy([[3, 0], [1, 0]]); // 0.5
 * ```
 */
export function balancedAccuracy(matrix: ConfusionMatrix): number {
  checkMatrix('balancedAccuracy', matrix);
  return mean(
    classScores(matrix)
      .filter(({ support }) => support > 0)
      .map(({ recall }) => recall),
  );
}

/**
 * Cohen's kappa: agreement of labels and predictions beyond what their class frequencies give by chance.
 *
 * Source: Cohen, "A coefficient of agreement for nominal scales", 1960.
 *
 * @param matrix Rows = true classes, columns = predicted classes.
 * @returns A number in -1..1: 1 for full agreement, 0 for chance; NaN for empty input, and where labels and predictions are one
 *   and the same class throughout, as in scikit-learn.
 * @throws InputError if it is not square or not of counts.
 * @example
 * ```ts
 * cohensKappa([[3, 0], [1, 0]]); // 0
 * cohensKappa([[3, 0], [0, 1]]); // 1
 * ```
 */
export function cohensKappa(matrix: ConfusionMatrix): number {
  checkMatrix('cohensKappa', matrix);
  const [support, taken] = [supports(matrix), predicted(matrix)];
  const total = sum(support);
  const chance = sum(support.map((count, i) => count * taken[i]!)) / total ** 2;
  return (accuracy(matrix) - chance) / (1 - chance);
}
