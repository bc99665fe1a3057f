/**
 * What needs files: data sets and pictures from disk, checkpoints, and weights in directories; and what needs several cores: folders
 * classified by worker processes, training in threads. For Node, Bun and Deno.
 *
 * Importing it also teaches `classify`, `readImages` and `explain` to decode files, bytes, paths and URLs.
 *
 * @packageDocumentation
 */
import { registerDecoder } from '../image/encoded';
import { decodeFor } from './decode';

export { readFer2013, readFerPlus } from './fer2013-file';
export { loadImageFolder } from './image-folder';
export type { ImageFolderOptions } from './image-folder';
export { decodeImage } from './decode';
export type { DecodedImage, DecodeOptions } from './decode';
export { fileCheckpoint } from './checkpoint-file';
export { readKeras, writeKeras } from './keras';
export { directoryHandler, exportBundledWeights, loadWeightsDirectory, saveWeights } from './weights';
export type { WeightsFiles } from './weights';
export { classifyFolder } from './classify-folder';
export type { ClassifyFolderOptions, FolderProgress, FolderSummary, FolderWorkersOptions } from './classify-folder';
export type { FileResult } from './results-file';
export type { Shard } from './walk';
export { startTrainingWorkers } from './training-workers';
export type { TrainingWorkers, TrainingWorkersOptions } from './training-workers';
export { createGradientWorker } from '../train/gradient-worker';
export type { GradientPart, GradientWorker } from '../train/gradient-worker';

registerDecoder((source, where) => decodeFor(where, source));
