import { createModel, Dataset, evaluate, loadModel, saveModel, train } from 'fer-cnn';
import { useBackend } from '../../examples/browser/backends';
import { messageOf } from './html';
import { storedCheckpoint } from './stored-checkpoint';
import { type Answer, type Epoch, type Images, type Job, type Order, SAVED } from './train-messages';

const PAUSE = 200; // ms between two messages about steps

const say = (answer: Answer) => postMessage(answer);
const datasetOf = ({ classNames, ...parts }: Images) => new Dataset({ ...parts, classNames: [...classNames] });

let stop = new AbortController();

/** Trains as told, says what happens, and leaves the model where the page finds it, also if the run is stopped. */
async function run({ backend, model: name, isBundled, epochs, batchSize, isResumed, ...data }: Job): Promise<void> {
  await useBackend(backend);
  const [training, validation] = [datasetOf(data.training), datasetOf(data.validation)];
  const model = isBundled
    ? (await loadModel(name)).model
    : createModel(name, { classNames: training.classNames, seed: 1 });
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
  run(data.start).catch((error: unknown) => say({ problem: messageOf(error) }));
});
