import { createModel, Dataset, evaluate, loadModel, saveModel, train } from 'fer-cnn';
import { useBackend } from '../../examples/browser/backends';
import { loaded } from '../../examples/browser/connection';
import { messageOf } from './html';
import { storedCheckpoint } from './stored-checkpoint';
import { type Answer, type Epoch, type Images, type Job, type Order, SAVED } from './train-messages';

const PAUSE = 200; // ms between two messages about steps

const say = (answer: Answer) => postMessage(answer);
const datasetOf = ({ classNames, ...parts }: Images) => new Dataset({ ...parts, classNames: [...classNames] });

let stop = new AbortController();

const IN_USE =
  'Another tab of this browser trains already, and there is one place for a run. Stop it there, or wait until it is done.';

/** Trains, unless another tab does: both would write the same checkpoint. */
async function runAlone(job: Job): Promise<void> {
  await navigator.locks.request('fer-cnn-studio', { ifAvailable: true }, async (lock) => {
    if (!lock) throw new Error(IN_USE);
    await run(job);
  });
}

/** Trains as told, says what happens, and leaves the model where the page finds it, also if the run is stopped. */
async function run({ backend, model: name, isBundled, epochs, batchSize, isResumed, ...data }: Job): Promise<void> {
  await useBackend(backend);
  const [training, validation] = [datasetOf(data.training), datasetOf(data.validation)];
  const model = isBundled
    ? (await loaded(`The model ${name}`, loadModel(name))).model
    : createModel(name, { classNames: training.classNames, seed: 1 });
  if (!isResumed) await storedCheckpoint.clear();
  let told = 0;
  try {
    const result = train(model, training, {
      epochs,
      batchSize,
      seed: 1,
      validation,
      augment: { flip: 0.5, affine: { rotate: 8, scale: 0.08, shift: 0.07 } },
      optimization: { learningRate: isBundled ? 0.005 : 0.03 },
      checkpoint: { store: storedCheckpoint, resume: isResumed },
      signal: stop.signal,
      onProgress: (progress) => {
        if (performance.now() - told < PAUSE && progress.batch !== progress.batches) return;
        told = performance.now();
        say({ progress });
      },
      callbacks: { onEpochEnd: async (epoch, logs) => say({ epoch, logs: logs as unknown as Epoch }) },
    });
    await result.catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    const report = await evaluate(model, validation);
    await saveModel(SAVED, model);
    say({ report: report.toJSON(), isStopped: stop.signal.aborted });
  } finally {
    model.dispose();
  }
}

addEventListener('message', ({ data }: MessageEvent<Order>) => {
  if (data === 'stop') return stop.abort();
  stop = new AbortController();
  runAlone(data.start).catch((error: unknown) => say({ problem: messageOf(error) }));
});
