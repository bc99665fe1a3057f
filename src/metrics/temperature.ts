import { inputError, within } from '../errors';
import { checkInteger, checkList, checkNumber } from '../validate';
import { checkRows, logLoss } from './probability';

/** The search range of {@link fitTemperature}. */
const [COLDEST, HOTTEST] = [0.05, 20];

/**
 * Applies temperature scaling to probabilities: `p^(1 / temperature)`, divided by the sum of the row. This equals the softmax of
 * logits that are divided by the temperature. The predicted class does not change.
 *
 * @param probabilities `[n, numClasses]` row by row, at least 0; not changed.
 * @param numClasses The number of classes.
 * @param temperature Above 0; above 1 lowers the confidence, below 1 raises it.
 * @returns `[n, numClasses]`, rows summing to 1; a row of zeros stays zero.
 * @throws InputError if the temperature is out of range, or a probability is negative or not finite.
 * @example
 * ```ts
 * applyTemperature([0.8, 0.2], 2, 2); // [0.667, 0.333]
 * ```
 */
export function applyTemperature(
  probabilities: ArrayLike<number>,
  numClasses: number,
  temperature: number,
): Float32Array {
  checkNumber('applyTemperature: temperature', temperature, { min: Number.MIN_VALUE });
  checkInteger('applyTemperature: numClasses', numClasses, { min: 1 });
  checkList('applyTemperature: probabilities', probabilities);
  if (probabilities.length % numClasses !== 0) {
    const expected = `rows of ${numClasses} probabilities`;
    throw inputError('applyTemperature: probabilities', expected, `${probabilities.length} values`);
  }
  const rows = Float32Array.from(probabilities);
  const wrong = rows.findIndex((value) => !(value >= 0 && value < Infinity));
  if (wrong >= 0) {
    const received = `${probabilities[wrong]} at ${wrong}`;
    throw inputError(
      'applyTemperature: probabilities',
      'finite numbers of at least 0',
      received,
      'Apply a softmax to logits first.',
    );
  }
  return scaleRows(rows, numClasses, temperature);
}

/** What {@link applyTemperature} computes, for rows that were checked. */
export function scaleRows(probabilities: ArrayLike<number>, numClasses: number, temperature: number): Float32Array {
  const result = Float32Array.from(probabilities);
  for (let start = 0; start < result.length; start += numClasses) {
    const row = result.subarray(start, start + numClasses);
    const most = row.reduce((a, b) => Math.max(a, b), 0);
    let sum = 0;
    row.forEach((value, i) => (sum += row[i] = (value / most) ** (1 / temperature)));
    row.forEach((value, i) => (row[i] = sum > 0 ? value / sum : 0));
  }
  return result;
}

/**
 * Finds the temperature with the lowest log loss.
 *
 * Fit it on images that the model was not trained on, and report its effect on different ones.
 *
 * Source: Guo et al., "On calibration of modern neural networks", 2017 (arXiv:1706.04599).
 *
 * @param labels True classes, `[n]`, at least one.
 * @param probabilities `[n, numClasses]` row by row, rows summing to 1.
 * @returns The temperature, 0.05..20, to three digits.
 * @throws InputError if the lengths do not match, a class is out of range, a probability is not finite or there are no labels.
 * @example
 * ```ts
 * fitTemperature([0, 0, 0, 1], [0.99, 0.01, 0.99, 0.01, 0.99, 0.01, 0.99, 0.01]); // 4.18: three quarters are right, not 99 %
 * ```
 */
export function fitTemperature(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const numClasses = within('fitTemperature', () => checkRows(labels, probabilities));
  const loss = (log: number) => logLoss(labels, applyTemperature(probabilities, numClasses, Math.exp(log)));
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(COLDEST), Math.log(HOTTEST)];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [loss(left), loss(right)];
  while (high - low > 1e-4) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = loss(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = loss(right);
    }
  }
  return Number(Math.exp((low + high) / 2).toPrecision(3));
}
