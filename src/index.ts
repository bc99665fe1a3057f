/**
 * Facial-expression recognition on TensorFlow.js: data, networks, training, evaluation and classification. No backend comes
 * with it; register one before anything is computed.
 *
 * @packageDocumentation
 */

// Labels and errors
export { EMOTIONS, labelFromName, USAGES } from './labels';
export type { Emotion, Usage } from './labels';
export { BackendError, DatasetError, DisposedError, FerError, InputError, TrainingError, WeightsError } from './errors';
export type { DatasetErrorParts, FerErrorParts } from './errors';
export { Random } from './random';

// Data
export { loadFer2013 } from './data/fer2013';
export type { Fer2013Options, LoadProgress } from './data/fer2013';
export type { DataSource } from './data/source';
export { FerDataset } from './data/dataset';
export type { LabeledTensors, TfDatasetOptions } from './data/dataset';
export type { FerDatasetParts } from './data/dataset-parts';
export type { SplitOptions, SplitParts } from './data/split';
export type { Fold, FoldOptions } from './data/folds';
export { FERPLUS_CHOICES, FERPLUS_LABELS, loadFerPlus } from './data/ferplus';
export type { FerPlusChoice, FerPlusOptions, FerPlusVotes } from './data/ferplus';
export { joinFerPlus } from './data/ferplus-join';
export type { FerPlusJoinOptions } from './data/ferplus-join';
export { auditDataset } from './data/audit';
export { DatasetAudit } from './data/audit-report';
export type { AuditedImage, AuditFindings, SplitOverlap } from './data/audit-report';
export { batches, countBatches, UNLABELED } from './data/batches';
export type { Batch, BatchOptions, LabeledImages } from './data/batches';
export { createAugmentation } from './data/augment';
export type { AffineOptions, Augmentation, AugmentOptions, EraseOptions } from './data/augment';
export { fromTensors } from './data/from-tensors';

// Pictures
export { DEFAULT_PREPROCESSING, preprocess, toGraySize } from './image/preprocess';
export type { Preprocessing } from './image/preprocess';
export { cropFaces, cropFrames } from './image/crop';
export type { CropOptions } from './image/crop';
export { DEFAULT_MARGINS } from './image/region';
export type { Box, CropFrame, FaceLandmarks, FaceRegion, Margins, Point } from './image/region';
export { ensureBackend } from './image/backend';
export { toImages } from './image/input';
export type { ImageInput, Picture } from './image/input';
export { readImages } from './image/read';
export type { ImageSource, PictureSource } from './image/read';
export type { EncodedPicture } from './image/encoded';
export type { Views } from './image/views';
export type { ImageElement } from './image/elements';
export type { AnyPixelData, PixelData } from './image/pixels';

// Networks
export { createShallowCnn } from './models/shallow';
export { createDeepCnn } from './models/deep';
export { createCompactCnn } from './models/compact';
export { createModel, listModels, MODELS } from './models/registry';
export type { ModelEntry, ModelName } from './models/registry';
export type { CnnOptions, ConvOptions, DenseOptions, HeadOptions } from './models/options';

// Training
export { train } from './train/trainer';
export type {
  CheckpointOptions,
  EarlyStoppingOptions,
  EpochRecord,
  OptimizationOptions,
  TfCallback,
  TfCallbackInstance,
  TrainOptions,
  TrainProgress,
  TrainResult,
} from './train/options';
export type { StreamedData, TensorData, TrainingData } from './train/source';
export type { CurriculumOptions, SizePhase } from './train/curriculum';
export { constant, cosine, reduceOnPlateau, stepDecay } from './train/schedules';
export type {
  CosineOptions,
  PlateauOptions,
  PlateauSchedule,
  PlateauState,
  Schedule,
  StepDecayOptions,
} from './train/schedules';
export { binaryCrossentropy, categoricalCrossentropy, focal } from './train/losses';
export type { DistillationOptions, Loss, LossName, LossOptions } from './train/losses';
export type { OptimizerName } from './train/optimizers';
export { registerTrainingKernels } from './kernels/register';
export { memoryCheckpoint } from './train/checkpoint';
export type { CheckpointStore } from './train/checkpoint';

// Evaluation
export { evaluate } from './evaluate/evaluate';
export type { EvaluateOptions } from './evaluate/evaluate';
export { predict } from './evaluate/predict';
export type { PredictOptions } from './evaluate/predict';
export { createReport } from './evaluate/report';
export type { EvaluationReport, ReportInput, TfvisData } from './evaluate/report';
export type { DeduplicatedScores, NamedClassScores, ReportData } from './evaluate/report-data';
export type { EvaluationScores } from './evaluate/scores';
export type { SvgOptions } from './evaluate/svg';
export { confusionMatrix } from './metrics/confusion-matrix';
export type { ConfusionMatrix } from './metrics/confusion-matrix';
export { accuracy, balancedAccuracy, classScores, cohensKappa, macroF1, weightedF1 } from './metrics/class-scores';
export type { ClassScores } from './metrics/class-scores';
export { argmaxRows, brierScore, logLoss, normalizeRows, topKAccuracy } from './metrics/probability';
export { expectedCalibrationError, reliabilityBins } from './metrics/calibration';
export type { ReliabilityBin } from './metrics/calibration';
export { applyTemperature, fitTemperature } from './metrics/temperature';
export { coverageCurve } from './metrics/coverage';
export type { CoveragePoint } from './metrics/coverage';
export { bootstrapInterval } from './metrics/bootstrap';
export type { BootstrapOptions, Interval } from './metrics/bootstrap';

// Weights
export { BUNDLED_MODELS, DEFAULT_MODEL, readBundled } from './weights/bundled';
export type { BundledModel, WeightsModule } from './weights/bundled';
export { loadWeights } from './weights/load';
export type { LoadWeightsOptions, WeightsSource } from './weights/load';
export { encodeModel } from './weights/encode';
export type { EncodedModel, EncodeOptions } from './weights/encode';
export { decodeModel } from './weights/decode';
export type { LoadedModel, StoredModel } from './weights/decode';
export { checkCard, checkCardDraft } from './weights/card';
export type * from './weights/card';
export type { ModelWithCard } from './weights/model-with-card';
export { compareGolden, createGolden } from './weights/golden';
export type { Golden, GoldenDifference, GoldenPicture } from './weights/golden';

// Interchange
export { exportOnnx } from './interchange/onnx';
export type { OnnxOptions } from './interchange/onnx';

// Classification
export { classify } from './classify/classify';
export { loadClassifier } from './classify/load';
export type { ClassifierSource } from './classify/load';
export { Classifier } from './classify/classifier';
export type { ClassifyOptions, FaceOptions, ProbabilityOptions, RegionsOptions } from './classify/options';
export type { Prediction } from './classify/predictions';

// Faces in photos and video
export { createFaceClassifier } from './classify/faces';
export type { ClassifiedFace, ClassifyFacesOptions, FaceClassifier, FaceClassifierOptions } from './classify/faces';
export type { DetectedFace, DetectorPhoto, FaceDetector } from './classify/detector';
export { fromFaceApi, fromFaceDetection, fromHuman, fromMediaPipe } from './classify/adapters';
export type {
  DetectorPoint,
  FaceApiFace,
  FaceDetectionFace,
  FaceDetectionLike,
  HumanFace,
  HumanLike,
  MediaPipeFace,
  MediaPipeLike,
} from './classify/adapters';
export { createTracker } from './classify/tracker';
export type { FrameClassifier, Tracker, TrackerOptions } from './classify/tracker';
export type { FrameFace, TrackedFace } from './classify/tracks';

// Explanation
export { explain } from './explain/explain';
export type { ExplainMethod, ExplainOptions, Explanation } from './explain/explain';
