/**
 * Single scores on plain arrays. `evaluate` of `fer-cnn` computes all of them at once.
 *
 * @packageDocumentation
 */
export { confusionMatrix } from './confusion-matrix';
export { accuracy, balancedAccuracy, classScores, cohensKappa, macroF1, weightedF1 } from './class-scores';
export { argmaxRows, brierScore, logLoss, normalizeRows, topKAccuracy } from './probability';
export { expectedCalibrationError, reliabilityBins } from './calibration';
export { applyTemperature, fitTemperature } from './temperature';
export { coverageCurve } from './coverage';
export { bootstrapInterval } from './bootstrap';
