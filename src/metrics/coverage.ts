import { within } from '../errors';
import { checkList } from '../validate';
import { argmaxRows, checkRows } from './probability';

/** Coverage and accuracy at one threshold. */
export interface CoveragePoint {
  /** The threshold: the minimum probability of the top class for an image to be classified. */
  minProbability: number;
  /** The share of images that are classified, 0..1. */
  coverage: number;
  /** The accuracy on the classified images, 0..1; NaN if there are none. */
  accuracy: number;
}

/**
 * Computes accuracy against coverage: the accuracy that is left when uncertain images are not classified.
 *
 * @param labels True classes, `[n]`.
 * @param probabilities `[n, numClasses]` row by row, rows summing to 1.
 * @param thresholds The values of `minProbability`, 0..1. Default 0, 0.3, 0.4, …, 0.9.
 * @returns One point per threshold; coverage 0 for empty input.
 * @throws InputError if the lengths do not match, a class is out of range or a probability is not finite.
 * @example
 * ```ts
 * coverageCurve([0, 1], [0.9, 0.1, 0.6, 0.4], [0, 0.8]);
 * // [{ minProbability: 0, coverage: 1, accuracy: 0.5 }, { minProbability: 0.8, coverage: 0.5, accuracy: 1 }]
 * ```
 */
export function coverageCurve(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  thresholds: readonly number[] = [0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
): CoveragePoint[] {
  checkList('coverageCurve: labels', labels);
  checkList('coverageCurve: thresholds', thresholds);
  const size = labels.length;
  const numClasses = size > 0 ? within('coverageCurve', () => checkRows(labels, probabilities)) : 1;
  const best = size > 0 ? argmaxRows(probabilities, numClasses) : [];
  return thresholds.map((minProbability) => {
    const sure = best.flatMap((label, i) =>
      probabilities[i * numClasses + label]! >= minProbability ? [Number(label === labels[i])] : [],
    );
    const right = sure.reduce((sum, hit) => sum + hit, 0);
    return { minProbability, coverage: size > 0 ? sure.length / size : 0, accuracy: right / sure.length };
  });
}
