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
export type { LabeledTensors, TfDatasetOptions } from './data/to-tensors';
export type { FerDatasetParts } from './data/dataset-parts';
export type { SplitOptions, SplitParts } from './data/split';
export type { Fold, FoldOptions } from './data/folds';
export { batches, countBatches, UNLABELED } from './data/batches';
export type { Batch, BatchOptions, LabeledImages } from './data/batches';
export { createAugmentation } from './data/augment';
export type { AffineOptions, Augmentation, AugmentOptions, DamageOptions, EraseOptions } from './data/augment';
export { fromTensors } from './data/from-tensors';

// Pictures
export { DEFAULT_PREPROCESSING, preprocess, toGraySize } from './image/preprocess';
export type { Preprocessing } from './image/preprocess';
export { cropFaces, cropFrames } from './image/crop';
export type { CropOptions } from './image/crop';
export { DEFAULT_MARGINS } from './image/region';
export type { Box, CropFrame, FaceLandmarks, FaceRegion, Margins, Point } from './image/region';
export { ensureBackend } from './backend/backend';
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
export type { GradientJob, GradientRequest, GradientRun, GradientWorkers, HostGradients } from './train/workers';
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

// Weights
export { BUNDLED_MODELS, DEFAULT_MODEL, readBundled } from './weights/bundled';
export type { BundledModel, WeightsModule } from './weights/bundled';
export { loadWeights } from './weights/load';
export type { LoadWeightsOptions, WeightsSource } from './weights/load';
export { decodeModel } from './weights/decode';
export type { LoadedModel, StoredModel } from './weights/decode';
export { checkCard } from './weights/check-card';
export type {
  CardCalibration,
  CardClassScores,
  CardData,
  CardDraft,
  CardMetric,
  CardQuantization,
  CardTraining,
  CardWeights,
  ModelCard,
  WeightsDtype,
} from './weights/card';
export type { ModelWithCard } from './weights/model-with-card';

// Classification
export { classify } from './classify/classify';
export { loadClassifier } from './classify/load';
export type { ClassifierSource } from './classify/load';
export { Classifier } from './classify/classifier';
export type { ClassifyOptions, FaceOptions, ProbabilityOptions, RegionsOptions } from './classify/options';
export type { Prediction } from './classify/predictions';
