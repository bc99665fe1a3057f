import { inputError, within } from '../errors';
import { checkInteger, checkList, describe } from '../validate';
import { argmaxRows, checkRows } from './probability';

/** The images whose highest probability is in one range. */
export interface ReliabilityBin {
  /** The lower bound, exclusive except in the first bin. */
  lower: number;
  /** The upper bound, inclusive. */
  upper: number;
  /** The number of images in the bin. */
  count: number;
  /** The mean of their highest probabilities, 0..1; NaN for an empty bin. */
  confidence: number;
  /** The accuracy on these images, 0..1; NaN for an empty bin. */
  accuracy: number;
}

/**
 * Computes a reliability diagram: groups the images by their highest probability into bins of equal width, and compares the mean
 * confidence of each bin with its accuracy.
 *
 * @param labels True classes, `[n]`.
 * @param probabilities `[n, numClasses]` row by row, rows summing to 1.
 * @param numBins The number of bins, 1..10,000. Default 15.
 * @returns All bins in ascending order, including empty ones.
 * @throws InputError if the lengths do not match, a class is out of range or a probability is not finite.
 * @example
 * ```ts
 * reliabilityBins([0], [0.75, 0.25], 2)[1]; // { lower: 0.5, upper: 1, count: 1, confidence: 0.75, accuracy: 1 }
 * ```
 */
export function reliabilityBins(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  numBins = 15,
): ReliabilityBin[] {
  checkInteger('reliabilityBins: numBins', numBins, { min: 1, max: 10_000 });
  checkList('reliabilityBins: labels', labels);
  const sums = Array.from({ length: numBins }, () => ({ count: 0, confidence: 0, hits: 0 }));
  if (labels.length > 0) {
    const numClasses = within('reliabilityBins', () => checkRows(labels, probabilities));
    argmaxRows(probabilities, numClasses).forEach((prediction, i) => {
      const confidence = probabilities[i * numClasses + prediction]!;
      const bin = sums[binOf(confidence, numBins)]!;
      bin.count++;
      bin.confidence += confidence;
      if (prediction === labels[i]) bin.hits++;
    });
  }
  return sums.map(({ count, confidence, hits }, i) => ({
    lower: i / numBins,
    upper: (i + 1) / numBins,
    count,
    confidence: confidence / count,
    accuracy: hits / count,
  }));
}

/** The bin of a confidence by its bounds as they are told: .55 × 20 is above 11. */
function binOf(confidence: number, numBins: number): number {
  const near = Math.min(Math.max(Math.ceil(confidence * numBins), 1), numBins) - 1;
  if (near > 0 && confidence <= near / numBins) return near - 1;
  return near < numBins - 1 && confidence > (near + 1) / numBins ? near + 1 : near;
}

/**
 * Computes the expected calibration error (ECE): the mean difference between confidence and accuracy, weighted by the counts of the bins.
 *
 * Source: Guo et al., "On calibration of modern neural networks", 2017 (arXiv:1706.04599), with 15 bins.
 *
 * @param bins The bins of {@link reliabilityBins}.
 * @returns A number in 0..1, lower is better; NaN for empty input.
 * @throws InputError if `bins` does not contain such bins.
 * @example
 * ```ts
 * expectedCalibrationError(reliabilityBins(labels, probabilities));
 * ```
 */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  checkList('expectedCalibrationError: bins', bins);
  for (const [i, bin] of bins.entries()) {
    if (Number.isInteger(bin?.count)) continue;
    throw inputError(`expectedCalibrationError: bins[${i}]`, 'a bin of reliabilityBins', describe(bin));
  }
  const filled = bins.filter(({ count }) => count > 0);
  const total = filled.reduce((sum, { count }) => sum + count, 0);
  return filled.reduce((sum, bin) => sum + bin.count * Math.abs(bin.accuracy - bin.confidence), 0) / total;
}
