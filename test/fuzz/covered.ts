/** The functions whose options are fuzzed in options.test.ts; functions.test.ts sees that all others are called there. */
export const WITH_OPTIONS = [
  'createShallowCnn', 'createDeepCnn', 'train', 'evaluate', 'predict', 'createReport', 'bootstrapInterval', 'batches', 'joinFerPlus',
  'createAugmentation', 'preprocess', 'cropFaces', 'createFaceClassifier', 'createTracker', 'explain', 'cosine', 'stepDecay',
  'reduceOnPlateau', 'FerDataset', 'loadFer2013', 'loadFerPlus', 'encodeModel', 'loadWeights', 'loadClassifier', 'classify',
  'Classifier.probabilities', 'FerDataset.split', 'FerDataset.folds', 'FerDataset.toDataset',
] as const; // prettier-ignore

/** The metrics that are called there with hostile lists. */
export const METRICS = [
  'topKAccuracy', 'logLoss', 'brierScore', 'argmaxRows', 'normalizeRows', 'reliabilityBins', 'confusionMatrix', 'applyTemperature',
  'coverageCurve', 'expectedCalibrationError', 'accuracy', 'balancedAccuracy', 'classScores', 'cohensKappa', 'macroF1', 'weightedF1',
  'countBatches',
] as const; // prettier-ignore
