import { inputError, within } from '../errors';
import { checkInteger, checkList, describe } from '../validate';

/** A square matrix of counts: rows are true classes, columns are predicted classes. */
export type ConfusionMatrix = readonly (readonly number[])[];

/**
 * Computes the confusion matrix. `accuracy`, `classScores`, `cohensKappa` and others take it as input.
 *
 * @param labels True classes, `[n]`, integers in 0..numClasses - 1.
 * @param predictions Predicted classes, `[n]`, integers in 0..numClasses - 1.
 * @param numClasses The number of classes, 1..4096.
 * @returns The counts; rows are true classes and columns are predicted classes, as in scikit-learn and tfjs-vis.
 * @throws InputError if the lengths differ or a class is out of range.
 * @example
 * ```ts
 * confusionMatrix([0, 1, 1], [0, 0, 1], 2); // [[1, 0], [1, 1]]
 * ```
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  numClasses: number,
): number[][] {
  checkInteger('confusionMatrix: numClasses', numClasses, { min: 1, max: 4096 });
  checkList('confusionMatrix: labels', labels);
  checkList('confusionMatrix: predictions', predictions);
  if (labels.length !== predictions.length) {
    throw inputError(
      'confusionMatrix: predictions',
      `one for each of the ${labels.length} labels`,
      `${predictions.length}`,
    );
  }
  within('confusionMatrix: labels', () => checkClasses(labels, numClasses));
  within('confusionMatrix: predictions', () => checkClasses(predictions, numClasses));
  const matrix = Array.from({ length: numClasses }, () => Array.from<number>({ length: numClasses }).fill(0));
  for (let i = 0; i < labels.length; i++) matrix[labels[i]!]![predictions[i]!]!++;
  return matrix;
}

/**
 * Throws unless every element is a class index.
 *
 * @param classes Should be integers in 0..numClasses - 1.
 * @throws InputError that names the index of the first element that is not.
 */
export function checkClasses(classes: ArrayLike<number>, numClasses: number): void {
  for (let i = 0; i < classes.length; i++) {
    const label = classes[i]!;
    if (Number.isInteger(label) && label >= 0 && label < numClasses) continue;
    throw inputError('', `classes in 0..${numClasses - 1}`, `${describe(label)} at index ${i}`);
  }
}

/**
 * Throws unless the matrix is square and contains counts.
 *
 * @throws InputError that names the first invalid row.
 */
export function checkMatrix(matrix: ConfusionMatrix): void {
  checkList(': matrix', matrix);
  const isCount = (count: number) => Number.isFinite(count) && count >= 0;
  for (const [i, row] of matrix.entries()) {
    if (row?.length === matrix.length && Array.from(row).every(isCount)) continue;
    throw inputError(`: matrix[${i}]`, `${matrix.length} counts`, describe(row));
  }
}
