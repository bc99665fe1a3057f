/** The functions whose options are fuzzed in options.test.ts; functions.test.ts sees that all others are called there. */
export const WITH_OPTIONS = [
  'createShallowCnn', 'createDeepCnn', 'train', 'evaluate', 'predict', 'createReport', 'bootstrapInterval', 'batches', 'joinFerPlus',
  'createAugmentation', 'preprocess', 'cropFaces', 'createFaceClassifier', 'classifyFaces', 'loadFaceDetector', 'createTracker', 'measureBaseline', 'explain', 'cosine', 'stepDecay',
  'reduceOnPlateau', 'Dataset', 'loadFer2013', 'loadFerPlus', 'saveModel', 'loadModel', 'loadClassifier', 'classify',
  'Classifier.probabilities', 'Dataset.split', 'Dataset.folds', 'Dataset.toDataset',
] as const; // prettier-ignore

/** The metrics that are called there with hostile lists. */
export const METRICS = [
  'topKAccuracy', 'logLoss', 'brierScore', 'argmaxRows', 'normalizeRows', 'reliabilityBins', 'confusionMatrix', 'applyTemperature',
  'coverageCurve', 'expectedCalibrationError', 'accuracy', 'balancedAccuracy', 'classScores', 'cohensKappa', 'macroF1', 'weightedF1',
] as const; // prettier-ignore
