import { inputError } from '../errors';

/** Maximum difference of a row's sum from 1. */
const TOLERANCE = 1e-3;

/**
 * Throws unless rows are probabilities of the classes.
 *
 * @param rows `[n, numClasses]`; undefined for none.
 * @param allowsZeros Whether a row of zeros, an image of unknown class, passes.
 */
export function checkShares(rows: Float32Array | undefined, numClasses: number, allowsZeros = false): void {
  if (!rows) return;
  const wrong = rows.findIndex((share) => !(share >= 0 && share <= 1 + TOLERANCE));
  if (wrong >= 0) throw inputError('', 'numbers in 0..1', `${rows[wrong]} at ${wrong}`);
  for (let i = 0; i < rows.length / numClasses; i++) {
    const sum = rows.subarray(i * numClasses, (i + 1) * numClasses).reduce((total, x) => total + x, 0);
    if (Math.abs(sum - 1) <= TOLERANCE || (allowsZeros && sum === 0)) continue;
    throw inputError('', 'rows that sum to 1', `a sum of ${sum} in row ${i}`, 'Divide each row by its sum.');
  }
}

/**
 * Throws unless weights of images are finite and not negative, and not all zero.
 *
 * @param weights `[n]`; undefined for none.
 */
export function checkWeights(weights: Float32Array | undefined): void {
  const wrong = weights?.findIndex((weight) => !(weight >= 0 && weight < Infinity)) ?? -1;
  if (wrong >= 0) throw inputError('', 'finite numbers of at least 0', `${weights![wrong]} at ${wrong}`);
  if (weights && weights.length > 0 && weights.every((weight) => weight === 0)) {
    throw inputError('', 'a weight above 0', 'only zeros');
  }
}
