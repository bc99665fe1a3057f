import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { TrainingError } from '../errors';
import { WeightAverages } from './averages';
import type { Checkpoint } from './checkpoint';
import type { EpochRecord } from './options';
import { readOptimizer, writeOptimizer } from './optimizers';
import type { PlateauState } from './schedules';
import { restoreTensor, type StoredTensor, storeTensors } from './stored';

/** What must be the same for a checkpoint to fit a run. */
export interface RunIdentity {
  seed: number;
  batchSize: number;
  steps: number | undefined;
  size: number | undefined;
  optimizer: string;
  averaging: number | undefined;
  weights: number[][];
}

/** Position and memory of a run: plain values only, so that a checkpoint is this and the tensors. */
export interface RunState {
  identity: RunIdentity;
  /** Epochs done. */
  epoch: number;
  /** Batches done in the current epoch. */
  batch: number;
  /** Steps done in all. */
  step: number;
  /** Sums over the current epoch. */
  totals: { loss: number; correct: number; count: number; seconds: number };
  history: EpochRecord[];
  plateau: PlateauState | null;
  /** Early stopping: the best value and epoch, and the epochs since. */
  best: { value: number; epoch: number; wait: number } | null;
}

/** The tensors of a run: the model's weights, the optimizer's state, the averages and the best weights. */
export class RunTensors {
  readonly averages: WeightAverages | undefined;
  readonly #model: tfl.LayersModel;
  readonly #optimizer: tf.Optimizer;
  #best: StoredTensor[] = [];

  constructor(model: tfl.LayersModel, optimizer: tf.Optimizer, averaging: number | undefined) {
    this.#model = model;
    this.#optimizer = optimizer;
    this.averages = averaging === undefined ? undefined : new WeightAverages(this.#variables, averaging);
  }

  get #variables(): tf.Variable[] {
    return this.#model.weights.map((weight) => weight.read() as tf.Variable);
  }

  /** Runs `task` while the model has the weights that are judged: the averages if there are any. */
  async whileJudged<T>(task: () => Promise<T>): Promise<T> {
    return this.averages ? this.averages.whileApplied(task) : task();
  }

  /** Remembers the judged weights as the best. */
  async rememberBest(): Promise<void> {
    this.#best = await storeTensors('best', this.averages?.values ?? this.#variables);
  }

  /** Gives the model its final weights: the best ones, else the averages, else those it has. */
  finish(restoreBest: boolean): void {
    if (restoreBest && this.#best.length > 0) assign(this.#variables, this.#best);
    else this.averages?.apply();
  }

  /** Copies everything to the host. */
  async read(): Promise<StoredTensor[]> {
    return [
      ...(await storeTensors('model', this.#variables)),
      ...(await storeTensors('average', this.averages?.values ?? [])),
      ...(await readOptimizer(this.#optimizer)),
      ...this.#best,
    ];
  }

  /** Puts back what {@link read} copied. */
  async write(tensors: readonly StoredTensor[]): Promise<void> {
    const group = (prefix: string) => tensors.filter(({ name }) => name.startsWith(`${prefix}/`));
    await writeOptimizer(this.#optimizer, group('optimizer'));
    assign(this.#variables, group('model'));
    this.averages?.assign(group('average').map(restoreTensor));
    this.#best = group('best');
  }

  dispose(): void {
    this.averages?.dispose();
  }
}

function assign(variables: readonly tf.Variable[], stored: readonly StoredTensor[]): void {
  variables.forEach((variable, i) => {
    tf.tidy(() => variable.assign(restoreTensor(stored[i]!)));
  });
}

/** A run that has not begun. */
export function startState(identity: RunIdentity, plateau: PlateauState | null): RunState {
  const totals = { loss: 0, correct: 0, count: 0, seconds: 0 };
  return { identity, epoch: 0, batch: 0, step: 0, totals, history: [], plateau, best: null };
}

/** Throws unless a checkpoint was written by the same run. */
export function checkFits({ state }: Checkpoint<RunState>, identity: RunIdentity): void {
  const keys = Object.keys(identity) as (keyof RunIdentity)[];
  const text = (value: unknown) => JSON.stringify(value) ?? 'none';
  const differing = keys.find((key) => text(state.identity[key]) !== text(identity[key]));
  if (differing === undefined) return;
  throw new TrainingError({
    where: `train: checkpoint of a run with other ${differing}`,
    expected: text(identity[differing]).slice(0, 200),
    received: text(state.identity[differing]).slice(0, 200),
    remedy: 'Use the options and the data of the first run, another store, or checkpoint.resume: false.',
  });
}
