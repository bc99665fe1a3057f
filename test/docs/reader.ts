/**
 * What the reader of an example has: a tiny FER2013, small models, a photo and so on. What only a page or another package gives is
 * declared and no more; examples that name it are compiled and not run.
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  batches,
  createShallowCnn,
  DEFAULT_PREPROCESSING,
  EMOTIONS,
  loadClassifier,
  loadFer2013,
  type Batch,
  type Box,
  type CardDraft,
  type EvaluationReport,
  type FaceRegion,
  type PixelData,
} from 'fer-cnn';
import { loadFerPlus } from 'fer-cnn/curation';
import type { FaceDetector, TrackedFace } from 'fer-cnn/faces';
import type { FaceApiFace } from '../../src/faces/adapters/face-api';
import type { FaceDetectionLike } from '../../src/faces/adapters/face-detection';
import type { HumanLike } from '../../src/faces/adapters/human';
import type { MediaPipeLike } from '../../src/faces/adapters/media-pipe';
import type { GradientPart } from '../../src/train/gradient-worker';
import type { GradientJob } from '../../src/train/workers';
import { csvOf } from '../data/fixtures';
import { useBackend } from '../support/backends';
import { VOTES } from './files';

await useBackend('wasm');

export const file = new Blob([csvOf(63)]);
export const dataset = await loadFer2013(file);
export const training = dataset.where('Training');
export const validation = dataset.where('PublicTest');
export const { xs, ys } = dataset.toTensors();
export const labels = [0, 1, 1];
export const predictions = [0, 1, 0];
export const probabilities = Float32Array.from([0.9, 0.1, 0.2, 0.8, 0.6, 0.4]);
export const teacher = new Float32Array(dataset.size * EMOTIONS.length).fill(1 / EMOTIONS.length);
export const [batch] = batches(dataset, { batchSize: 8 }) as Iterable<Batch> as [Batch];
export const logits = tf.zeros<tf.Rank.R2>([3, 7]);
export const targets = tf.oneHot([0, 3, 6], 7) as tf.Tensor2D;
export const [epoch, step] = [0, 12];

export const votesFile = new Blob([VOTES]);
export const votes = await loadFerPlus(votesFile);

export const model = createShallowCnn({ conv: { filters: [4, 6] }, dense: { units: [8] } });
export const card: CardDraft = { name: 'mine', description: 'An example', license: 'MIT' };
export const classifier = await loadClassifier('shallow');

export const photo = tf.randomUniform<tf.Rank.R3>([480, 640, 3], 0, 255, 'int32', 1);
export const photos = tf.expandDims<tf.Tensor4D>(photo, 0);
export const image: PixelData = { data: dataset.images.subarray(0, 48 * 48), width: 48, height: 48, channels: 1 };
export const picture: PixelData = { ...image };
export const box: Box = { x: 175, y: 60, width: 95, height: 110 };
export const first: Box = { ...box, x: 300 };
export const second: NonNullable<FaceRegion['landmarks']> = { leftEye: [200, 104], rightEye: [245, 110] };
export const detector: FaceDetector = { detect: () => [{ box, score: 0.9 }] };

const count = model.countParams();
const loss = { labelSmoothing: 0.05 };
export const job: GradientJob = {
  topology: model.toJSON(null, false) as Record<string, unknown>,
  ...{ loss, precision: 'float32', weights: count, means: 99 },
};
export const weights = new Float32Array(count);
export const part: GradientPart = {
  ...{ weights, batch, preprocessing: DEFAULT_PREPROCESSING, key: [1, 0, 0], first: 0, batchSize: batch.size },
  reduce: (means) => means,
};

export declare const canvas: HTMLCanvasElement;
export declare const context: CanvasRenderingContext2D;
export declare const fileInput: { files: [File] };
export declare const imageData: ImageData;
export declare const video: HTMLVideoElement;
export declare const draw: (faces: TrackedFace[]) => void;

export declare const human: HumanLike;
export declare const faceapi: {
  TinyFaceDetectorOptions: new (options: object) => object;
  detectAllFaces: (
    pixels: tf.Tensor3D,
    options: object,
  ) => { withFaceLandmarks: (tiny: boolean) => PromiseLike<FaceApiFace[]> };
};
export declare const SupportedModels: Record<'MediaPipeFaceDetector', string>;
export declare const createDetector: (model: string, options: object) => Promise<FaceDetectionLike>;
export declare const vision: {
  FilesetResolver: { forVisionTasks: (path: string) => Promise<object> };
  FaceDetector: { createFromOptions: (files: object, options: object) => Promise<MediaPipeLike> };
};
export declare const myDetector: (pixels: tf.Tensor3D) => Promise<{ x: number; y: number; w: number; h: number }[]>;
export declare const tfvis: {
  render: {
    confusionMatrix: (place: object, data: ReturnType<EvaluationReport['toTfvis']>['confusionMatrix']) => Promise<void>;
  };
};
