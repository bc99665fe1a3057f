import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { LabeledImages } from '../data/batches';
import { checkSameClasses } from '../class-names';
import { addFacts } from '../models/known-facts';
import { checkOutput, resolvePreprocessing } from '../models/facts';
import { DEFAULT_PREPROCESSING } from '../image/preprocess';
import { inputError } from '../errors';
import { ensureBackend } from '../backend/backend';
import { hasNativeOperations, prepareKernels } from '../kernels/on-demand';
import { registerTrainingKernels } from '../kernels/register';
import { describe } from '../validate';
import { checkTrainOptions, earlyStoppingWithDefaults } from './check-options';
import { decodeCheckpoint } from './checkpoint';
import { augmentationByEpoch, checkTakesSizes } from './curriculum';
import { prepareForTraining } from './forward';
import { statisticsOf } from './gradients';
import type { DistillationOptions } from './losses';
import { createBatchLoss, softenTeacher } from './losses';
import type { EarlyStoppingOptions, TfCallback, TfCallbackInstance, TrainOptions } from './options';
import type { OptimizerName } from './optimizers';
import { checkCanBeSaved, createOptimizer, DEFAULT_RATES, disposeOptimizer, getLearningRate } from './optimizers';
import { checkCanTrain } from './preflight';
import type { RunIdentity, RunState } from './run';
import { checkFits, RunTensors, startState } from './run';
import type { PlateauSchedule, Schedule } from './schedules';
import type { BatchSource, StreamedData, TrainingData } from './source';
import { checkLabeled, collect, hostSource, isStream, setAside, streamSource, toLabeledImages } from './source';
import type { StepContext } from './step';
import type { GradientJob } from './workers';

/** A run of `train` while it lasts. */
export interface Session extends StepContext {
  readonly options: TrainOptions;
  readonly seed: number;
  readonly state: RunState;
  readonly source: BatchSource;
  readonly validation: LabeledImages | undefined;
  readonly tensors: RunTensors;
  readonly callbacks: tfl.CallbackList;
  readonly stopping: Required<EarlyStoppingOptions> | undefined;
  readonly schedule: Schedule | undefined;
  readonly plateau: PlateauSchedule | undefined;
  /** Steps an epoch, once known. */
  steps: number | undefined;
  /** Learning rate of the last step. */
  rate: number;
  /** Lets timers, signals and the page go on. */
  pause(): Promise<void>;
  /** Undoes what the run did to the model besides training it, and frees what it made. */
  close(): void;
}

function checkHasBfloat16(): void {
  if (hasNativeOperations()) return;
  throw inputError(
    'train: precision',
    "'float32' on every backend but @tensorflow/tfjs-node's",
    `'bfloat16' on ${tf.getBackend()}`,
    'Leave the option out, or import @tensorflow/tfjs-node.',
  );
}

/** Checks everything, then prepares a run; resumes it if there is a checkpoint. */
export async function openSession(model: tfl.LayersModel, data: TrainingData, options: TrainOptions): Promise<Session> {
  checkTrainOptions(options);
  await ensureBackend('train');
  if (options.precision === 'bfloat16') checkHasBfloat16();
  await prepareKernels();
  registerTrainingKernels();
  const { batchSize = 64, seed = 0, curriculum = {}, optimization = {}, checkpoint } = options;
  const { mean, std } = DEFAULT_PREPROCESSING;
  const preprocessing =
    resolvePreprocessing('train', model, options.preprocessing) ?? resolvePreprocessing('train', model, { mean, std })!;
  checkCanTrain(model);
  const stopping = options.earlyStopping && earlyStoppingWithDefaults(options.earlyStopping);
  const { training, validation } = await gatherData(data, options, seed);
  const numClasses = model.outputs[0]!.shape[1]!;
  if (!isStream(training)) checkOutput('train', model, training);
  if (validation) checkOutput('train', model, validation);
  if (!isStream(training)) checkSameClasses('train: validation', training.classNames, validation?.classNames);
  const loss = createBatchLoss(options.loss ?? {}, numClasses);
  const taught = withSoftTeacher(training, options.loss?.distillation);
  checkTakesSizes(model, curriculum);
  const augment = augmentationByEpoch(options.augment, options.epochs, curriculum);
  const sourceOptions = { batchSize, seed, augment };
  const source = isStream(taught)
    ? streamSource('train: data', taught, sourceOptions)
    : hostSource('train: data', taught, sourceOptions);

  const { schedule, plateau, rate } = resolveRate(optimization);
  const { optimizer, owned } = resolveOptimizer(optimization.optimizer ?? 'momentum', rate);
  const forward = prepareForTraining(model, options.precision);
  const tensors = new RunTensors(model, optimizer, optimization.averaging);
  const undo = [() => forward.restore(), () => tensors.dispose()];
  if (owned) undo.push(() => disposeOptimizer(optimizer));
  const close = () => undo.splice(0).forEach((step) => step());
  try {
    if (checkpoint) checkCanBeSaved(optimizer);
    const identity = identify(model, optimizer, source, { batchSize, seed, averaging: optimization.averaging });
    const state = startState(identity, plateau?.start ?? null);
    if (checkpoint && checkpoint.resume !== false) await resume(options, state, tensors);
    if (!model.built) model.build(model.inputs[0]!.shape); // a tf.sequential that was not compiled cannot be stopped before
    model.stopTraining = false;
    const { classNames } = isStream(training) ? {} : training;
    addFacts(model, { preprocessing, ...(classNames && { classNames }) });
    const workers = await options.workers?.open(jobOf(model, options));
    if (workers) undo.push(() => workers.close());
    return {
      ...{ model, forward, loss, optimizer, preprocessing, options, seed, state, source, validation, tensors },
      ...{ stopping, schedule, plateau, workers, close, pause },
      weightDecay: optimization.weightDecay ?? 0,
      clipNorm: optimization.clipNorm,
      callbacks: await createCallbacks(model, options, source, validation),
      steps: source.steps,
      rate: getLearningRate(optimizer),
    };
  } catch (error) {
    close();
    throw error;
  }
}

function jobOf(model: tfl.LayersModel, { loss = {}, precision = 'float32' }: TrainOptions): GradientJob {
  const topology = model.toJSON(null, false) as Record<string, unknown>;
  const sizes = statisticsOf(model).map(({ size }) => size);
  return { topology, loss, precision, weights: model.countParams(), means: 2 * Math.max(1, ...sizes) };
}

async function gatherData(data: TrainingData, { validation }: TrainOptions, seed: number) {
  const training = isStream(data) ? data : await toLabeledImages('train: data', data);
  if (typeof validation !== 'number') {
    const held = isStream(validation)
      ? await collect('train: validation', validation)
      : validation && (await toLabeledImages('train: validation', validation));
    if (held) checkLabeled('train: validation', held);
    return { training, validation: held };
  }
  if (isStream(training)) {
    throw inputError('train: validation', 'validation data of its own for a tf.data.Dataset', describe(validation));
  }
  const { training: kept, held } = setAside(training, validation, seed);
  checkLabeled('train: validation', held);
  return { training: kept, validation: held };
}

/** The data with the teacher's probabilities at the temperature of the distillation; as it is without one. */
function withSoftTeacher(data: LabeledImages | StreamedData, distillation: DistillationOptions | undefined) {
  if (!distillation) return data;
  const teacher = isStream(data) ? undefined : data.teacher;
  if (isStream(data) || !teacher) {
    throw inputError(
      'train: loss.distillation',
      "a teacher's probabilities for every training picture",
      isStream(data) ? 'a tf.data.Dataset, which has none' : 'data without them',
      'Add them with dataset.withTeacher(probabilities).',
    );
  }
  const { images, labels, targets, sampleWeights, size, height, width, channels, numClasses } = data;
  const pictures = { images, labels, targets, sampleWeights, size, height, width, channels, numClasses };
  return { ...pictures, teacher: softenTeacher(teacher, numClasses, distillation) };
}

function resolveRate({ learningRate, optimizer }: NonNullable<TrainOptions['optimization']>) {
  if (typeof learningRate === 'function') return { schedule: learningRate, plateau: undefined, rate: learningRate(0) };
  if (typeof learningRate === 'object')
    return { schedule: undefined, plateau: learningRate, rate: learningRate.start.rate };
  const rate = learningRate ?? (typeof optimizer === 'object' ? undefined : DEFAULT_RATES[optimizer ?? 'momentum']);
  return { schedule: rate === undefined ? undefined : () => rate, plateau: undefined, rate: rate ?? 0 };
}

function resolveOptimizer(optimizer: OptimizerName | tf.Optimizer, rate: number) {
  if (typeof optimizer === 'string') return { optimizer: createOptimizer(optimizer, rate), owned: true };
  return { optimizer, owned: false };
}

function identify(
  model: tfl.LayersModel,
  optimizer: tf.Optimizer,
  { steps, size }: BatchSource,
  run: Pick<RunIdentity, 'batchSize' | 'seed' | 'averaging'>,
): RunIdentity {
  const weights = model.weights.map(({ shape }) => shape as number[]);
  return { ...run, steps, size, optimizer: optimizer.getClassName(), weights };
}

async function resume({ checkpoint }: TrainOptions, state: RunState, tensors: RunTensors): Promise<void> {
  const bytes = await checkpoint!.store.read();
  if (!bytes) return;
  const saved = decodeCheckpoint<RunState>(bytes);
  checkFits(saved, state.identity);
  await tensors.write(saved.tensors);
  Object.assign(state, saved.state, { plateau: state.plateau && (saved.state.plateau ?? state.plateau) });
}

async function createCallbacks(
  model: tfl.LayersModel,
  { callbacks = [], epochs, batchSize = 64 }: TrainOptions,
  { size, steps }: BatchSource,
  validation: LabeledImages | undefined,
): Promise<tfl.CallbackList> {
  const isCallback = (callback: TfCallback): callback is TfCallbackInstance => 'setParams' in callback;
  const given = (Array.isArray(callbacks) ? callbacks : [callbacks]) as readonly TfCallback[];
  const list = new tfl.CallbackList(
    given.map((callback) =>
      isCallback(callback) ? (callback as tfl.Callback) : new tfl.CustomCallback(callback, 'never'),
    ),
  );
  const metrics = validation ? ['loss', 'acc', 'val_loss', 'val_acc'] : ['loss', 'acc'];
  const params = { epochs, initialEpoch: 0, samples: size ?? 0, steps: steps ?? 0, batchSize, verbose: 0, metrics };
  list.setParams({ ...params, doValidation: validation !== undefined });
  await list.setModel(model);
  return list;
}

const pause = (): Promise<void> =>
  new Promise((resolve) => (typeof setImmediate === 'function' ? setImmediate(resolve) : setTimeout(resolve)));
