/**
 * The parts of an evaluation: single scores on plain arrays, and the drawing of a report. `evaluate` of `fer-cnn` computes all scores
 * at once.
 *
 * @packageDocumentation
 */
export { confusionMatrix } from '../metrics/confusion-matrix';
export type { ConfusionMatrix } from '../metrics/confusion-matrix';
export { accuracy, balancedAccuracy, classScores, cohensKappa, macroF1, weightedF1 } from '../metrics/class-scores';
export type { ClassScores } from '../metrics/class-scores';
export { argmaxRows, brierScore, logLoss, normalizeRows, topKAccuracy } from '../metrics/probability';
export { expectedCalibrationError, reliabilityBins } from '../metrics/calibration';
export type { ReliabilityBin } from '../metrics/calibration';
export { applyTemperature, fitTemperature } from '../metrics/temperature';
export { coverageCurve } from '../metrics/coverage';
export type { CoveragePoint } from '../metrics/coverage';
export { bootstrapInterval } from '../metrics/bootstrap';
export type { BootstrapOptions, Interval } from '../metrics/bootstrap';
export { confusionSvg } from './svg';
export type { SvgOptions } from './svg';
