/**
 * Facial-expression recognition on TensorFlow.js: data, models, training, evaluation and classification, in Node and in the browser. No
 * backend comes with it; register one before anything is computed.
 *
 * @packageDocumentation
 */

// Classification
export { classify } from './classify/classify';
export { loadClassifier } from './classify/load';
export type { Classifier } from './classify/classifier';
export type { ClassifyOptions } from './classify/options';
export type { EmbedData, EmbedOptions } from './classify/embed';
export type { Prediction } from './classify/predictions';

// Images
export { loadImage } from './image/read';
export type { ImageSource, LoadImageOptions } from './image/read';
export type { PixelData } from './image/pixels';
export { DEFAULT_PREPROCESSING, preprocess } from './image/preprocess';
export type { Pixels, Preprocessing } from './image/preprocess';
export { cropFaces, cropFrames } from './image/crop';
export type { CropOptions } from './image/crop';
export type { Box, CropFrame, FaceRegion } from './image/region';

// Models
export { createCompactCnn } from './models/compact';
export { createDeepCnn } from './models/deep';
export { createShallowCnn } from './models/shallow';
export { listModels, MODELS } from './models/registry';
export type { ModelName } from './models/registry';
export type { CnnOptions } from './models/options';
export type { ClassNames } from './models/facts';
export { createModel } from './storage/create-model';
export type { TransferOptions } from './storage/create-model';
export { loadModel } from './storage/load-model';
export type { ModelSource } from './storage/load-model';
export type { LoadModelOptions } from './storage/read-stored';
export type { LoadedModel } from './storage/decode-bundled';
export { saveModel } from './storage/save-model';
export type { SaveModelOptions } from './storage/save-model';
export type { CardDraft, ModelCard } from './storage/card';

// Data
export { EMOTIONS, SPLITS } from './labels';
export type { Split } from './labels';
export { loadFer2013 } from './data/fer2013';
export type { Fer2013Options } from './data/fer2013';
export { loadImageFolder } from './data/image-folder';
export type { ImageFolderOptions } from './data/image-folder';
export { Dataset } from './data/dataset';
export { batches, UNLABELED } from './data/batches';
export type { Batch, BatchOptions, LabeledImages } from './data/batches';
export { createAugmentation } from './data/augment';
export type { Augmentation, AugmentOptions } from './data/augment';
export { fromTensors } from './data/from-tensors';

// Training
export { train } from './train/train';
export type { EpochRecord, TrainOptions, TrainProgress, TrainResult } from './train/options';
export type { TrainingData } from './train/data';
export type { CurriculumOptions } from './train/curriculum';
export { constant, cosine, reduceOnPlateau, stepDecay } from './train/schedules';
export type { Schedule } from './train/schedules';
export { binaryCrossentropy, categoricalCrossentropy, focal } from './train/losses';
export type { Loss, LossOptions } from './train/losses';
export { registerTrainingKernels } from './kernels/register';
export { memoryCheckpoint } from './train/checkpoint-store';
export type { CheckpointStore } from './train/checkpoint-store';

// Evaluation
export { evaluate } from './evaluate/evaluate';
export type { EvaluateOptions } from './evaluate/evaluate';
export { predict } from './evaluate/predict';
export type { PredictOptions } from './evaluate/predict';
export { createReport } from './evaluate/report';
export type { EvaluationReport, ReportInput } from './evaluate/report';

// Errors and randomness
export { BackendError, DatasetError, DisposedError, FerError, InputError, TrainingError, WeightsError } from './errors';
export { Random } from './random';
