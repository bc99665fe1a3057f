import { inputError } from '../errors';
import { checkInteger, checkList, checkNumber } from '../validate';
import { checkRows, logLoss } from './probability';

/** Range in which {@link fitTemperature} looks. */
const [COLDEST, HOTTEST] = [0.05, 20];

/**
 * Makes probabilities more or less sure without changing their order: `p^(1 / temperature)`, divided by the sum of the row. For
 * a softmax that is the softmax of the logits divided by the temperature.
 *
 * @param probabilities `[n, numClasses]` row by row, at least 0; not changed.
 * @param numClasses Number of classes.
 * @param temperature Above 0; above 1 less sure, below 1 surer, 1 for the probabilities themselves.
 * @returns `[n, numClasses]`, rows summing to 1; a row of zeros stays one.
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
  const result = Float32Array.from(probabilities);
  const wrong = result.findIndex((value) => !(value >= 0 && value < Infinity));
  if (wrong >= 0) {
    const received = `${probabilities[wrong]} at ${wrong}`;
    throw inputError(
      'applyTemperature: probabilities',
      'finite numbers of at least 0',
      received,
      'Apply a softmax to logits first.',
    );
  }
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
 * The temperature at which probabilities fit the labels best, by their mean negative log-likelihood.
 *
 * Fit it on pictures that the network was not trained on, and report its effect on others.
 *
 * Source: Guo et al. 2017, On Calibration of Modern Neural Networks (arXiv:1706.04599).
 *
 * @param labels True classes, `[n]`, at least one.
 * @param probabilities `[n, numClasses]` row by row, rows summing to 1.
 * @returns The temperature, 0.05..20, to three digits.
 * @throws InputError if the lengths do not fit, a class is out of range, a probability is not finite or there are no labels.
 * @example
 * ```ts
 * fitTemperature([0, 0, 0, 1], [0.99, 0.01, 0.99, 0.01, 0.99, 0.01, 0.99, 0.01]); // 4.18: three quarters are right, not 99 %
 * ```
 */
export function fitTemperature(labels: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const numClasses = checkRows('fitTemperature', labels, probabilities);
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
