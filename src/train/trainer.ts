import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';
import { encodeCheckpoint } from './checkpoint';
import { preprocessingIn } from './curriculum';
import { judge } from './judge';
import type { EpochRecord, TrainOptions, TrainResult } from './options';
import { getLearningRate, setLearningRate } from './optimizers';
import type { RunState } from './run';
import type { Session } from './session';
import { openSession } from './session';
import type { TrainingData } from './source';
import { trainStep } from './step';
import { checkNumber } from '../validate';

/**
 * Trains a model. The model is changed in place; everything else is borrowed.
 *
 * A run over a data set or tensors depends only on its options and the backend: stopped at any step and resumed from its
 * checkpoint, it ends with the same weights to the last bit as a run that was never stopped. Over a `tf.data.Dataset` that holds
 * if each of its iterations gives the same batches.
 *
 * Gradient kernels that the active backend lacks are registered first, so that WASM trains too ({@link registerTrainingKernels}).
 *
 * @param model A `tf.LayersModel` from one picture input `[n, h, w, 1]` to class probabilities `[n, classes]`.
 * @param data A `Dataset`, `{ xs, ys }`, or a `tf.data.Dataset` of such batches; pictures 0..255.
 * @param options Epochs and everything else.
 * @returns History, steps and the reason for the end. With averaging the model then has the averaged weights; with early stopping the
 *   best ones.
 * @throws InputError if an option or the data does not fit, before anything is changed.
 * @throws BackendError if no backend is active or the active one cannot train this model.
 * @throws TrainingError if the loss is not finite (the model keeps the last good weights) or a checkpoint does not fit.
 * @throws The signal's reason if it is aborted, also where the last checkpoint could not be written. No tensor is left over in any of these cases.
 * @example
 * ```ts
 * const result = await train(createShallowCnn(), dataset.where('Training'), {
 *   epochs: 30,
 *   batchSize: 128,
 *   validation: dataset.where('PublicTest'),
 *   augment: { flip: 0.5, affine: { rotate: 10, scale: 0.1, shift: 0.08 } },
 *   optimization: { learningRate: cosine({ peak: 0.05, epochs: 30, warmup: 2 }), weightDecay: 5e-4, averaging: 0.999 },
 * });
 * ```
 */
export async function train(model: tfl.LayersModel, data: TrainingData, options: TrainOptions): Promise<TrainResult> {
  if (inTraining.has(model)) {
    throw inputError(
      'train: model',
      'a model that no other run is training',
      'one in training',
      'Await that run first.',
    );
  }
  if (typeof model !== 'object' || model === null) return trainAlone(model, data, options); // which names the mistake
  inTraining.add(model);
  try {
    return await trainAlone(model, data, options);
  } finally {
    inTraining.delete(model);
  }
}

/** The models of the runs that go on. */
const inTraining = new WeakSet<tfl.LayersModel>();

async function trainAlone(model: tfl.LayersModel, data: TrainingData, options: TrainOptions): Promise<TrainResult> {
  const session = await openSession(model, data, options);
  try {
    const { state, callbacks } = session;
    await callbacks.onTrainBegin();
    let reason = stopReason(session);
    while (!reason) {
      await runEpoch(session);
      reason = stopReason(session);
    }
    session.tensors.finish(session.stopping?.restoreBest ?? false);
    await callbacks.onTrainEnd();
    const bestEpoch = session.stopping?.restoreBest ? state.best?.epoch : undefined;
    return { history: state.history, steps: state.step, reason, bestEpoch };
  } catch (error) {
    const isAborted = options.signal?.aborted === true && error === options.signal.reason;
    if (options.checkpoint && isAborted) await save(session).catch(() => {}); // the reason is what the caller waits for
    throw error;
  } finally {
    session.close();
  }
}

function stopReason({ state, options, stopping, model }: Session): TrainResult['reason'] | undefined {
  if (stopping && state.best && state.best.wait >= stopping.patience) return 'earlyStopping';
  if (state.epoch >= options.epochs) return 'completed';
  return model.stopTraining ? 'callback' : undefined;
}

async function runEpoch(session: Session): Promise<void> {
  const { state, source, callbacks, options, preprocessing: full } = session;
  const preprocessing = preprocessingIn(state.epoch, options.epochs, options.curriculum ?? {}, full);
  await callbacks.onEpochBegin(state.epoch);
  let since = performance.now();
  const clock = () => {
    const now = performance.now();
    state.totals.seconds += (now - since) / 1000;
    since = now;
  };
  for await (const batch of source.batches(state.epoch, state.batch)) {
    options.signal?.throwIfAborted();
    const rate = applyLearningRate(session);
    await callbacks.onBatchBegin(state.batch, { batch: state.batch, size: batch.size });
    const { loss, correct } = await trainStep({ ...session, preprocessing }, batch, [session.seed, state.step]);
    state.step++;
    state.batch++;
    session.tensors.averages?.update(state.step);
    addTo(state.totals, loss * batch.size, correct, batch.size);
    clock();
    const mean = { loss: state.totals.loss / state.totals.count, accuracy: state.totals.correct / state.totals.count };
    await callbacks.onBatchEnd(state.batch - 1, {
      batch: state.batch - 1,
      size: batch.size,
      loss,
      acc: correct / batch.size,
    });
    const { epoch, batch: done } = state;
    options.onProgress?.({
      epoch,
      epochs: options.epochs,
      batch: done,
      batches: session.steps,
      ...mean,
      learningRate: rate,
    });
    if (options.checkpoint?.everySteps && state.step % options.checkpoint.everySteps === 0) await save(session);
    await session.pause();
  }
  session.steps = state.batch;
  await endEpoch(session, clock);
}

async function endEpoch(session: Session, clock: () => void): Promise<void> {
  const { state, options, callbacks, stopping, plateau } = session;
  const { totals } = state;
  const judged = await judge(session);
  clock();
  const record: EpochRecord = {
    epoch: state.epoch + 1,
    loss: totals.loss / totals.count,
    accuracy: totals.correct / totals.count,
    ...judged,
    learningRate: session.rate,
    seconds: totals.seconds,
  };
  state.history.push(record);
  if (plateau) state.plateau = plateau.next(state.plateau!, record.valLoss ?? record.loss);
  if (stopping) await noteBest(session, record);
  state.epoch++;
  state.batch = 0;
  state.totals = { loss: 0, correct: 0, count: 0, seconds: 0 };
  const due = state.epoch % (options.checkpoint?.everyEpochs ?? 1) === 0 || state.epoch === options.epochs;
  if (options.checkpoint && due) await save(session);
  const { loss, accuracy, valLoss, valAccuracy, learningRate: lr } = record;
  const validation = valLoss === undefined ? {} : { val_loss: valLoss, val_acc: valAccuracy! };
  await session.tensors.whileJudged(() =>
    callbacks.onEpochEnd(state.epoch - 1, { loss, acc: accuracy, ...validation, lr }),
  );
}

async function noteBest({ state, stopping, tensors }: Session, record: EpochRecord): Promise<void> {
  const { monitor, minDelta, restoreBest } = stopping!;
  const value = monitor === 'valLoss' ? -record.valLoss! : record.valAccuracy!;
  const best = state.best; // of a loss that was not finite it says nothing
  if (best && Number.isFinite(best.value) && !(value > best.value + minDelta)) {
    best.wait++;
    return;
  }
  state.best = { value, epoch: record.epoch, wait: 0 };
  if (restoreBest) await tensors.rememberBest();
}

function applyLearningRate(session: Session): number {
  const { state, schedule, plateau, optimizer, steps } = session;
  const epoch = state.epoch + (steps ? Math.min(1, state.batch / steps) : 0);
  const rate = plateau ? state.plateau!.rate : schedule?.(epoch);
  if (plateau || schedule) {
    checkNumber('train: optimization.learningRate', rate, { min: 0, max: 1e30 });
    setLearningRate(optimizer, rate);
  }
  return (session.rate = getLearningRate(optimizer));
}

function addTo(totals: RunState['totals'], loss: number, correct: number, count: number): void {
  totals.loss += loss;
  totals.correct += correct;
  totals.count += count;
}

async function save({ state, tensors, options }: Session): Promise<void> {
  await options.checkpoint!.store.write(encodeCheckpoint({ state, tensors: await tensors.read() }));
}
