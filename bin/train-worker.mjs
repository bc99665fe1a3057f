// A worker of startTrainingWorkers, in a thread of its own: computes its part of each step, together with the others.
import { parentPort, workerData } from 'node:worker_threads';

/** Where this file is, for the thread that starts it. */
export const url = import.meta.url;

const GIVEN_UP = new Error('another worker failed');

const settings = workerData?.ferCnnTraining;
if (settings && parentPort) await serve(settings);

/**
 * @param settings.backend URL of a module that registers a backend.
 * @param settings.index Number of this worker.
 * @param settings.control Shared Int32Array: arrivals at the meeting points of a step, and whether the step was given up.
 */
async function serve({ backend, index, control }) {
  const tf = await import('@tensorflow/tfjs-core');
  let worker;
  let weights; // shared, written by the main thread before each step
  let into; // shared, read by the main thread after each step: the gradient of this worker's part
  let slots; // shared, `[2, workers, means]`: what workers tell each other, alternately in the two halves

  /** Waits until as many workers have come as take part in the step. */
  function meet(count) {
    const arrivals = Atomics.add(control, 0, 1) + 1;
    const all = Math.ceil(arrivals / count) * count;
    if (arrivals === all) return void Atomics.notify(control, 0);
    for (let spins = 0; spins < 2000; spins++) if (Atomics.load(control, 0) >= all) return;
    for (let seen = arrivals; seen < all; seen = Atomics.load(control, 0)) {
      if (Atomics.load(control, 1)) throw GIVEN_UP;
      Atomics.wait(control, 0, seen, 100);
    }
  }

  /** Makes means over the batch from those over the parts; each part counts by its pictures. */
  function reducer(share, count) {
    let turn = 0;
    return (means) => {
      const own = means.dataSync();
      const half = slots.subarray(((turn++ % 2) * slots.length) / 2);
      const slot = (i) => half.subarray((i * slots.length) / 2 / settings.count);
      own.forEach((value, i) => (slot(index)[i] = value * share));
      meet(count);
      const sums = new Float32Array(own.length);
      for (let i = 0; i < count; i++) {
        const values = slot(i);
        for (let k = 0; k < sums.length; k++) sums[k] += values[k];
      }
      return tf.tensor1d(sums);
    };
  }

  const commands = {
    async start() {
      const { default: start } = await import(backend);
      if (typeof start === 'function') await start();
      await tf.ready();
    },
    async open({ job, shared }) {
      ({ weights, into, slots } = shared);
      const { createGradientWorker } = await import('fer-cnn/node');
      worker?.dispose();
      worker = await createGradientWorker(job);
    },
    async step({ part, count }) {
      const reduce = reducer(part.batch.size / part.batchSize, count);
      const { loss, logits, statistics } = await worker.gradients({ ...part, weights, reduce, into });
      return { loss, logits, statistics };
    },
    async close() {
      worker?.dispose();
      worker = undefined;
    },
  };

  parentPort.on('message', async ({ command, ...message }) => {
    try {
      const result = (await commands[command](message)) ?? {};
      parentPort.postMessage(
        { result },
        Object.values(result).flatMap((value) => (value.buffer ? [value.buffer] : [])),
      );
    } catch (error) {
      if (error === GIVEN_UP) return parentPort.postMessage({ result: { givenUp: true } });
      Atomics.store(control, 1, 1);
      parentPort.postMessage({ failed: error instanceof Error ? error.message : String(error) });
    }
  });
}
