import { inputError, within } from '../errors';
import { checkInteger, checkList, describe } from '../validate';
import { checkClasses } from './confusion-matrix';

/**
 * Finds the class with the highest value in each row; the first one wins a tie.
 *
 * @param values `[n, numClasses]` row by row.
 * @param numClasses The number of columns, at least 1.
 * @returns `[n]` integers in 0..numClasses - 1; empty for empty input.
 * @throws InputError if the number of values is not a multiple of `numClasses`.
 * @example
 * ```ts
 * argmaxRows([0.2, 0.8, 0.5, 0.5], 2); // [1, 0]
 * ```
 */
export function argmaxRows(values: ArrayLike<number>, numClasses: number): number[] {
  return Array.from({ length: within('argmaxRows', () => countRows(values, numClasses)) }, (_, i) => {
    let best = 0;
    for (let j = 1; j < numClasses; j++) {
      if (values[i * numClasses + j]! > values[i * numClasses + best]!) best = j;
    }
    return best;
  });
}

/**
 * Divides each row by its sum. This turns the outputs of sigmoid heads, or float32 softmax outputs with a rounding error, into
 * probabilities.
 *
 * @param values `[n, numClasses]` row by row, finite, at least 0, not all 0 in any row.
 * @param numClasses The number of columns, at least 1.
 * @returns `[n, numClasses]` float64, rows summing to 1; empty for empty input.
 * @throws InputError if a row contains NaN, an infinite or a negative value, or only zeros.
 * @example
 * ```ts
 * normalizeRows([0.9, 0.3], 2); // [0.75, 0.25]
 * ```
 */
export function normalizeRows(values: ArrayLike<number>, numClasses: number): Float64Array {
  const rows = within('normalizeRows', () => countRows(values, numClasses));
  const normalized = Float64Array.from(values);
  for (let i = 0; i < rows; i++) {
    const row = normalized.subarray(i * numClasses, (i + 1) * numClasses);
    const total = row.reduce((sum, value) => sum + value, 0);
    if (!(row.every((value) => value >= 0) && total > 0 && total < Infinity)) {
      throw inputError(
        `normalizeRows: row ${i}`,
        'finite probabilities of at least 0, not all 0',
        `[${row.join(', ')}]`,
        'Apply a softmax first if these are logits.',
      );
    }
    for (let j = 0; j < numClasses; j++) row[j]! /= total;
  }
  return normalized;
}

/**
 * Computes the top-k accuracy: the share of images whose true class is among the `k` most probable classes. The lower index wins a
 * tie, as in {@link argmaxRows}.
 *
 * @param labels True classes, `[n]`.
 * @param probabilities `[n, numClasses]` row by row.
 * @param k The number of classes, at least 1.
 * @returns A number in 0..1; NaN for empty input.
 * @throws InputError if the lengths do not match, a class is out of range or a probability is not finite.
 * @example
 * ```ts
 * topKAccuracy([2], [0.5, 0.2, 0.3], 2); // 1
 * topKAccuracy([1], [0.5, 0.2, 0.3], 2); // 0
 * ```
 */
export function topKAccuracy(labels: ArrayLike<number>, probabilities: ArrayLike<number>, k: number): number {
  checkInteger('topKAccuracy: k', k, { min: 1 });
  return within('topKAccuracy', () =>
    meanOfRows(labels, probabilities, (row, label) => {
      const truth = row[label]!;
      const ahead = row.filter((value, j) => value > truth || (value === truth && j < label)).length;
      return ahead < k ? 1 : 0;
    }),
  );
}

/**
 * Computes the log loss (cross-entropy): the mean negative natural logarithm of the probability of the true class. Probabilities are
 * clipped to [2^-52, 1 - 2^-52], as in scikit-learn for float64.
 *
 * @param labels True classes, `[n]`.
 * @param probabilities `[n, numClasses]` row by row, rows summing to 1.
 * @returns A number of at least 0, in nats; log(numClasses) for uniform probabilities; NaN for empty input.
 * @throws InputError if the lengths do not match, a class is out of range or a probability is not finite.
 * @example
 * ```ts
 * logLoss([1], [0.25, 0.75]); // 0.288
 * ```
 */
export function logLoss(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const clip = (p: number): number => Math.min(Math.max(p, Number.EPSILON), 1 - Number.EPSILON);
  return within('logLoss', () => meanOfRows(labels, probabilities, (row, label) => -Math.log(clip(row[label]!))));
}

/**
 * Computes the multi-class Brier score: the squared differences between probabilities and one-hot labels, summed over the classes and
 * averaged over the images. It is not halved.
 *
 * Source: Brier, "Verification of forecasts expressed in terms of probability", 1950.
 *
 * @param labels True classes, `[n]`.
 * @param probabilities `[n, numClasses]` row by row, rows summing to 1.
 * @returns A number in 0..2, lower is better; 1 - 1/numClasses for uniform probabilities; NaN for empty input.
 * @throws InputError if the lengths do not match, a class is out of range or a probability is not finite.
 * @example
 * ```ts
 * brierScore([1], [0.25, 0.75]); // 0.125
 * ```
 */
export function brierScore(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  return within('brierScore', () =>
    meanOfRows(labels, probabilities, (row, label) =>
      row.reduce((sum, p, j) => sum + (p - (j === label ? 1 : 0)) ** 2, 0),
    ),
  );
}

/**
 * Computes the softmax of each row.
 *
 * @param logits `[n, numClasses]` row by row.
 * @param numClasses The number of classes, at least 1.
 * @returns `[n, numClasses]`, rows summing to 1.
 * @throws InputError if the number of logits is not a multiple of `numClasses`, or a logit is not finite.
 */
export function softmaxRows(logits: ArrayLike<number>, numClasses: number): Float64Array {
  const rows = within('softmaxRows', () => countRows(logits, numClasses));
  const result = Float64Array.from(logits);
  const bad = result.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw inputError(`softmaxRows: values: position ${bad}`, 'a finite logit', describe(result[bad]));
  for (let row = 0; row < rows; row++) {
    const [start, end] = [row * numClasses, (row + 1) * numClasses];
    let [max, sum] = [-Infinity, 0];
    for (let at = start; at < end; at++) max = Math.max(max, result[at]!);
    for (let at = start; at < end; at++) sum += result[at] = Math.exp(result[at]! - max);
    for (let at = start; at < end; at++) result[at]! /= sum;
  }
  return result;
}

function meanOfRows(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  score: (row: Float64Array, label: number) => number,
): number {
  checkList(': labels', labels);
  if (labels.length === 0) return NaN;
  const numClasses = checkRows(labels, probabilities);
  const values = Float64Array.from(probabilities);
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    total += score(values.subarray(i * numClasses, (i + 1) * numClasses), labels[i]!);
  }
  return total / labels.length;
}

/**
 * Throws unless there is one row of finite probabilities for each label, and every label is a column index.
 *
 * @param labels True classes, `[n]`, n of at least 1.
 * @param probabilities `[n, numClasses]` row by row.
 */
export function checkRows(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  checkList(': labels', labels);
  checkList(': probabilities', probabilities);
  const numClasses = probabilities.length / labels.length;
  if (!Number.isInteger(numClasses) || numClasses === 0) {
    throw inputError(
      ': probabilities',
      `one row for each of the ${labels.length} labels`,
      `${probabilities.length} values`,
    );
  }
  within(': labels', () => checkClasses(labels, numClasses));
  for (let i = 0; i < probabilities.length; i++) {
    if (Number.isFinite(probabilities[i])) continue;
    throw inputError(
      `: probabilities: row ${Math.floor(i / numClasses)}`,
      'finite probabilities',
      describe(probabilities[i]),
    );
  }
  return numClasses;
}

function countRows(values: ArrayLike<number>, numClasses: number): number {
  checkInteger(': numClasses', numClasses, { min: 1 });
  checkList(': values', values);
  const rows = values.length / numClasses;
  if (Number.isInteger(rows)) return rows;
  throw inputError(': values', `whole rows of ${numClasses} values`, `${values.length} values`);
}
