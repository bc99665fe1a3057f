import type { EvaluationReport, ModelName, TrainProgress } from 'fer-cnn';
import type { BackendName } from '../../examples/browser/backends';

/** Labeled images as a worker is sent them. */
export interface Images {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
  readonly height: number;
  readonly width: number;
  readonly classNames: readonly string[];
}

/** A run of training. */
export interface Job {
  readonly backend: BackendName;
  readonly model: ModelName;
  /** Whether the bundled weights are trained further. */
  readonly isBundled: boolean;
  readonly epochs: number;
  readonly batchSize: number;
  readonly training: Images;
  readonly validation: Images;
  /** Whether the run that was stopped goes further. */
  readonly isResumed: boolean;
}

export type Order = { readonly start: Job } | 'stop';

/** The scores of an epoch. */
export interface Epoch {
  readonly loss: number;
  readonly acc: number;
  readonly val_loss: number;
  readonly val_acc: number;
}

export type Answer =
  | { readonly progress: TrainProgress }
  | { readonly epoch: number; readonly logs: Epoch }
  | { readonly report: ReturnType<EvaluationReport['toJSON']>; readonly isStopped: boolean }
  | { readonly problem: string };

/** Where the worker leaves the trained model for the page. */
export const SAVED = 'indexeddb://fer-cnn-studio';
