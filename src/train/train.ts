import type * as tfl from '@tensorflow/tfjs-layers';
import { inputError } from '../errors';
import { addFacts } from '../models/known-facts';
import { pause } from '../pause';
import { disposeOptimizer, getLearningRate, setLearningRate } from '../tfjs/optimizers';
import { checkNumber } from '../validate';
import { finish, rememberBest, updateAverages, whileValidated } from './averages';
import { createCallbacks } from './callbacks';
import { checkTakesSizes, preprocessingIn } from './curriculum';
import { openData, type TrainingData } from './data';
import { isBest } from './early-stopping';
import { prepareForTraining } from './forward';
import { freezeLayers } from './freeze';
import { openWorkers } from './gradients';
import { identify } from './identity';
import { createObjective, validate } from './objective';
import type { EpochRecord, TrainOptions, TrainResult } from './options';
import { parseOptions, type ResolvedOptions } from './parse-options';
import { checkCanBeSaved, createOptimizer } from './optimizers';
import { checkCanTrain, prepareBackend, preprocessingFor } from './preflight';
import { followRate } from './schedules';
import { encodeState, restoreState } from './checkpoint';
import * as checkpoints from './state';
import { createStep } from './step';

/**
 * Trains a model. The model is changed in place; everything else is borrowed.
 *
 * A run over a data set or tensors depends only on its options and the backend: stopped at any step and resumed from its
 * checkpoint, it ends with the same weights to the last bit as a run that was never stopped. Over a `tf.data.Dataset` that holds
 * if each of its iterations gives the same batches.
 *
 * Gradient kernels that the active backend lacks are registered first, so that WASM trains too ({@link registerTrainingKernels}).
 *
 * @param model A `tf.LayersModel` from one image input `[n, h, w, 1 or 3]` to class probabilities `[n, classes]`.
 * @param data A `Dataset`, `{ xs, ys }`, or a `tf.data.Dataset` of such batches; images 0..255.
 * @param options Epochs and everything else.
 * @returns History, steps and the reason for the end. With averaging the model then has the averaged weights; with early stopping the
 *   best ones.
 * @throws InputError if an option or the data does not fit, or another run is training the model, before anything is changed.
 * @throws BackendError if no backend is active or the active one cannot train this model.
 * @throws TrainingError if the loss is not finite (the model keeps the last good weights), or if a checkpoint is damaged or of another
 *   run, before anything is changed.
 * @throws The signal's reason if it is aborted, also if the last checkpoint could not be written. No tensor is leaked in any of these
 *   cases.
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
  const resolved = parseOptions(options);
  if (inTraining.has(model)) {
    throw inputError(
      'train: model',
      'a model that no other run is training',
      'one in training',
      'Await that run first.',
    );
  }
  if (Object(model) === model) inTraining.add(model); // anything else is refused by name below
  const undo: (() => void)[] = [() => inTraining.delete(model)];
  try {
    return await run(model, data, resolved, undo);
  } finally {
    for (const step of undo.reverse()) step();
  }
}

/** The models of all runs. */
const inTraining = new WeakSet<tfl.LayersModel>();

/** @param undo Gets what puts the model back and frees what the run made. */
async function run(
  model: tfl.LayersModel,
  data: TrainingData,
  options: ResolvedOptions,
  undo: (() => void)[],
): Promise<TrainResult> {
  const { epochs, seed, loss, earlyStopping, checkpoint, signal, onProgress, optimization } = options;
  await prepareBackend(options.precision);
  const preprocessing = preprocessingFor(model, options.preprocessing);
  undo.push(freezeLayers(model, options.freeze));
  checkCanTrain(model);
  const source = await openData(model, data, options);
  const { training, validation } = source;
  const objective = createObjective(loss, model.outputs[0]!.shape[1]!);
  checkTakesSizes(model, options.curriculum);

  const { optimizer: given, learningRate: rate, averaging } = optimization;
  const optimizer = typeof given === 'string' ? createOptimizer(given) : given;
  if (optimizer !== given) undo.push(() => disposeOptimizer(optimizer));
  const rateAt = followRate(rate ?? (() => getLearningRate(optimizer)));
  const forward = prepareForTraining(model, options.precision);
  undo.push(() => forward.restore());
  const state = checkpoints.startState(model, optimizer, averaging !== undefined);
  undo.push(() => checkpoints.disposeState(state));
  if (checkpoint) checkCanBeSaved(optimizer);
  const identity = checkpoint && identify(model, optimizer, source, options, preprocessing);
  const saved = checkpoint && checkpoint.resume !== false && (await checkpoint.store.read());
  if (saved) await restoreState(state, saved, identity!, options, training?.size);
  if (!model.built) model.build(model.inputs[0]!.shape); // a tf.sequential that was not compiled cannot be stopped before
  model.stopTraining = false;
  addFacts(model, { preprocessing, ...(training?.classNames && { classNames: training.classNames }) });
  const workers = await openWorkers(model, options);
  if (workers) undo.push(() => workers.close());
  const step = createStep(model, forward, objective, optimizer, optimization, workers);

  const { position } = state;
  const { history } = position;
  const losses = history.map((record) => record.valLoss ?? record.loss);
  let steps = source.steps ?? (history.length > 0 ? (position.step - position.batch) / history.length : undefined);
  const callbacks = await createCallbacks(model, options, training?.size, steps);

  async function save(): Promise<void> {
    try {
      await checkpoint!.store.write(await encodeState(state, identity!));
    } catch (error) {
      signal?.throwIfAborted(); // the caller waits for its reason
      throw error;
    }
  }

  function stopReason(): TrainResult['reason'] | undefined {
    if (earlyStopping && position.best && history.length - position.best >= earlyStopping.patience)
      return 'earlyStopping';
    if (history.length >= epochs) return 'completed';
    return model.stopTraining ? 'callback' : undefined;
  }

  async function trainEpoch(epoch: number): Promise<void> {
    const { totals } = position;
    const sized = preprocessingIn(epoch, epochs, options.curriculum, preprocessing);
    await callbacks.onEpochBegin(epoch);
    let since = performance.now();
    const clock = () => void (totals.seconds += (-since + (since = performance.now())) / 1000);
    for await (const batch of source.batches(epoch, position.batch)) {
      signal?.throwIfAborted();
      const time = epoch + (steps ? Math.min(1, position.batch / steps) : 0);
      position.rate = rateAt(time, losses);
      if (rate !== undefined) {
        checkNumber('train: optimization.learningRate', position.rate, { min: 0, max: 1e30 });
        setLearningRate(optimizer, position.rate);
      }
      const { size } = batch;
      const at = { batch: position.batch, size };
      await callbacks.onBatchBegin(at.batch, at);
      const { loss, correct } = await step(batch, sized, [seed, position.step]);
      position.step++;
      position.batch++;
      updateAverages(state, averaging!);
      totals.loss += loss * size;
      totals.correct += correct;
      totals.count += size;
      clock();
      await callbacks.onBatchEnd(at.batch, { ...at, loss, acc: correct / size });
      const mean = { loss: totals.loss / totals.count, accuracy: totals.correct / totals.count };
      const { batch: done, rate: learningRate } = position;
      onProgress?.({ epoch: epoch + 1, epochs, batch: done, batches: steps, ...mean, learningRate });
      if (checkpoint && position.step % checkpoint.everySteps === 0) await save();
      await pause();
    }
    steps = position.batch;
    const scores =
      validation && (await whileValidated(state, () => validate(model, validation, loss, preprocessing, signal)));
    clock();
    await endEpoch(epoch, scores);
  }

  async function endEpoch(epoch: number, scores?: { valLoss: number; valAccuracy: number }): Promise<void> {
    const { totals } = position;
    const record: EpochRecord = {
      epoch: epoch + 1,
      loss: totals.loss / totals.count,
      accuracy: totals.correct / totals.count,
      ...scores,
      learningRate: position.rate,
      seconds: totals.seconds,
    };
    if (earlyStopping && isBest(earlyStopping, record, history[position.best - 1])) {
      position.best = record.epoch;
      if (earlyStopping.restoreBest) await rememberBest(state);
    }
    history.push(record);
    losses.push(record.valLoss ?? record.loss);
    Object.assign(position, checkpoints.startOfEpoch());
    if (checkpoint && (record.epoch % checkpoint.everyEpochs === 0 || record.epoch === epochs)) await save();
    const { loss, accuracy: acc, learningRate: lr } = record;
    const logs = { loss, acc, ...(scores && { val_loss: scores.valLoss, val_acc: scores.valAccuracy }), lr };
    await whileValidated(state, () => callbacks.onEpochEnd(epoch, logs));
  }

  try {
    await callbacks.onTrainBegin();
    let reason;
    while (!(reason = stopReason())) await trainEpoch(history.length);
    finish(state);
    await callbacks.onTrainEnd();
    return {
      history,
      steps: position.step,
      reason,
      bestEpoch: earlyStopping?.restoreBest ? position.best || undefined : undefined,
    };
  } catch (error) {
    if (checkpoint && signal?.aborted && error === signal.reason) await save().catch(() => {}); // the reason is what counts
    throw error;
  }
}
