/**
 * Functions for Node, Bun and Deno: classification of folders by worker processes, training in threads, and checkpoints on disk.
 *
 * @packageDocumentation
 */
export { fileCheckpoint } from './checkpoint-file';
export { classifyFolder } from './classify-folder';
export type { ClassifyFolderOptions, FolderSummary } from './classify-folder';
export type { FileResult } from './results-file';
export { startTrainingWorkers } from './training-workers';
export type { TrainingWorkers } from './training-workers';
export { createGradientWorker } from '../train/gradient-worker';
