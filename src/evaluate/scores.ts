import type { BootstrapOptions, Interval } from '../metrics/bootstrap';
import { bootstrapInterval } from '../metrics/bootstrap';
import { expectedCalibrationError, type ReliabilityBin, reliabilityBins } from '../metrics/calibration';
import { accuracy, balancedAccuracy, cohensKappa, macroF1, weightedF1 } from '../metrics/class-scores';
import { confusionMatrix } from '../metrics/confusion-matrix';
import { argmaxRows, brierScore, logLoss, topKAccuracy } from '../metrics/probability';

/**
 * The scores of a set of predictions.
 *
 * @example
 * ```ts
 * const { accuracy, macroF1, logLoss }: EvaluationScores = await evaluate(model, dataset);
 * ```
 */
export interface EvaluationScores {
  /** Number of pictures scored. */
  size: number;
  /** Share of pictures whose class was recognised, 0..1. */
  accuracy: number;
  /** Bootstrap interval of the accuracy, by default of 95 %. */
  accuracyInterval: Interval;
  /** Share of pictures whose class is one of the two most probable, 0..1. */
  top2Accuracy: number;
  /** Mean recall over the classes that occur, 0..1. */
  balancedAccuracy: number;
  /** Mean F1 over the classes that occur or were predicted, 0..1. */
  macroF1: number;
  /** Mean F1 weighted by support, 0..1. */
  weightedF1: number;
  /** Agreement beyond chance, -1..1; NaN where only one class occurs and was predicted. */
  cohensKappa: number;
  /** Mean negative log probability of the true class, in nats. */
  logLoss: number;
  /** Mean over the pictures of the squared errors summed over the classes, 0..2. */
  brierScore: number;
  /** Mean distance of confidence and accuracy over 15 bins, 0..1. */
  expectedCalibrationError: number;
}

/**
 * Computes the scores of a set of predictions.
 *
 * @param labels True classes, `[n]`, in 0..numClasses - 1.
 * @param probabilities `[n, numClasses]` row by row, rows summing to 1.
 * @param numClasses Number of classes.
 * @param bootstrap How to draw the interval of the accuracy.
 * @returns The scores, all but the size NaN for empty input, with the confusion matrix and the bins that they are made from.
 */
export function computeScores(
  labels: ArrayLike<number>,
  probabilities: Float64Array,
  numClasses: number,
  bootstrap: BootstrapOptions,
): { scores: EvaluationScores; matrix: number[][]; reliability: ReliabilityBin[] } {
  const predictions = argmaxRows(probabilities, numClasses);
  const matrix = confusionMatrix(labels, predictions, numClasses);
  const hits = predictions.map((prediction, i) => (prediction === labels[i] ? 1 : 0));
  const reliability = reliabilityBins(labels, probabilities);
  const scores = {
    size: labels.length,
    accuracy: accuracy(matrix),
    accuracyInterval: bootstrapInterval(hits, bootstrap),
    top2Accuracy: topKAccuracy(labels, probabilities, 2),
    balancedAccuracy: balancedAccuracy(matrix),
    macroF1: macroF1(matrix),
    weightedF1: weightedF1(matrix),
    cohensKappa: cohensKappa(matrix),
    logLoss: logLoss(labels, probabilities),
    brierScore: brierScore(labels, probabilities),
    expectedCalibrationError: expectedCalibrationError(reliability),
  };
  return { scores, matrix, reliability };
}
