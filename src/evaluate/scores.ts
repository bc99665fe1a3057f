import { bootstrapInterval, type BootstrapOptions, type Interval } from '../metrics/bootstrap';
import { expectedCalibrationError, type ReliabilityBin, reliabilityBins } from '../metrics/calibration';
import { accuracy, balancedAccuracy, cohensKappa, macroF1, weightedF1 } from '../metrics/class-scores';
import { confusionMatrix } from '../metrics/confusion-matrix';
import { argmaxRows, brierScore, logLoss, topKAccuracy } from '../metrics/probability';

/** The scores of a set of predictions. */
export interface EvaluationScores {
  /** The number of images. */
  size: number;
  /** The share of correct predictions, 0..1. */
  accuracy: number;
  /** The bootstrap interval of the accuracy, by default of 95 %. */
  accuracyInterval: Interval;
  /** The share of images whose class is one of the two most probable, 0..1. */
  top2Accuracy: number;
  /** The mean recall of the classes that occur, 0..1. */
  balancedAccuracy: number;
  /** The mean F1 of the classes that occur or were predicted, 0..1. */
  macroF1: number;
  /** The mean F1, weighted by support, 0..1. */
  weightedF1: number;
  /** The agreement beyond chance, -1..1; NaN if only one class occurs and was predicted. */
  cohensKappa: number;
  /** The mean negative log probability of the true class, in nats. */
  logLoss: number;
  /** The squared errors, summed over the classes and averaged over the images, 0..2. */
  brierScore: number;
  /** The mean difference between confidence and accuracy over 15 bins, 0..1. */
  expectedCalibrationError: number;
}

/**
 * Computes the scores of a set of predictions.
 *
 * @param labels True classes, `[n]`, in 0..numClasses - 1.
 * @param probabilities `[n, numClasses]` row by row, rows summing to 1.
 * @param bootstrap Options of the accuracy's bootstrap interval.
 * @returns The scores (NaN for empty input, except the size), the confusion matrix and the bins.
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
