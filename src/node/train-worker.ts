/** A worker thread of `startTrainingWorkers`: computes its part of each training step. */
import { parentPort, workerData } from 'node:worker_threads';
import type * as tfc from '@tensorflow/tfjs-core';
import type { createGradientWorker } from '../train/gradient-worker';
import type { GradientJob } from '../train/workers';
import type { ThreadSettings } from './training-thread';

type GradientWorker = Awaited<ReturnType<typeof createGradientWorker>>;
type Part = Parameters<GradientWorker['gradients']>[0];

/** The shared memory of the main thread and all workers. */
interface Shared {
  /** Written by the main thread before each step. */
  weights: Float32Array;
  /** Read by the main thread after each step: the gradient of this worker's part. */
  into: Float32Array;
  /** `[2, workers, means]`: the means that workers exchange, alternately in the two halves. */
  slots: Float32Array;
}

interface Commands {
  start: undefined;
  open: { job: GradientJob; shared: Shared };
  step: { part: Omit<Part, 'weights' | 'reduce' | 'into'>; count: number };
  close: undefined;
}

/** The URL of this file, for the main thread. */
export const url = import.meta.url;

const GIVEN_UP = new Error('another worker failed');

type Settings = ThreadSettings & { index: number };

const settings = (workerData as { ferCnnTraining?: Settings } | null)?.ferCnnTraining;
if (settings && parentPort) await serve(settings, parentPort);

/**
 * @param settings.backend URL of a module that registers a backend.
 * @param settings.control A shared Int32Array: the count of arrivals at the barrier, and whether the step was aborted.
 */
async function serve(settings: Settings, parent: NonNullable<typeof parentPort>): Promise<void> {
  const { backend, index, control } = settings;
  const tf = await import('@tensorflow/tfjs-core');
  let worker: GradientWorker | undefined;
  let shared: Shared;

  /** A barrier: waits for all workers of the step. */
  function meet(count: number): void {
    const arrivals = Atomics.add(control, 0, 1) + 1;
    const all = Math.ceil(arrivals / count) * count;
    if (arrivals === all) return void Atomics.notify(control, 0);
    for (let spins = 0; spins < 2000; spins++) if (Atomics.load(control, 0) >= all) return;
    for (let seen = arrivals; seen < all; seen = Atomics.load(control, 0)) {
      if (Atomics.load(control, 1)) throw GIVEN_UP;
      Atomics.wait(control, 0, seen, 100);
    }
  }

  /** Reduces the means over the parts to those over the batch, weighted by the number of images. */
  function reducer(share: number, count: number) {
    let turn = 0;
    return (means: tfc.Tensor1D): tfc.Tensor1D => {
      const { slots } = shared;
      const own = means.dataSync(); // workers block on each other anyway
      const half = slots.subarray(((turn++ % 2) * slots.length) / 2);
      const slot = (i: number) => half.subarray((i * slots.length) / 2 / settings.count);
      own.forEach((value, i) => (slot(index)[i] = value * share));
      meet(count);
      const sums = new Float32Array(own.length);
      for (let i = 0; i < count; i++) {
        const values = slot(i);
        for (let k = 0; k < sums.length; k++) sums[k]! += values[k]!;
      }
      return tf.tensor1d(sums);
    };
  }

  const commands = {
    async start() {
      const { default: start } = (await import(backend)) as { default?: unknown };
      if (typeof start === 'function') await start();
      await tf.ready();
    },
    async open({ job, shared: given }: Commands['open']) {
      shared = given;
      const { createGradientWorker } = await import('fer-cnn/node');
      worker?.dispose();
      worker = await createGradientWorker(job);
    },
    async step({ part, count }: Commands['step']) {
      const reduce = reducer(part.batch.size / part.batchSize, count);
      const { weights, into } = shared;
      const { loss, logits, statistics } = await worker!.gradients({ ...part, weights, reduce, into });
      return { loss, logits, statistics };
    },
    async close() {
      worker?.dispose();
      worker = undefined;
    },
  };

  parent.on('message', async ({ command, ...message }: { command: keyof Commands } & object) => {
    try {
      const result = (await (commands[command] as (message: object) => Promise<object | undefined>)(message)) ?? {};
      parent.postMessage(
        { result },
        Object.values(result).flatMap((value: unknown) =>
          ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
        ),
      );
    } catch (error) {
      if (error === GIVEN_UP) return parent.postMessage({ result: { givenUp: true } });
      Atomics.store(control, 1, 1);
      parent.postMessage({ failed: error instanceof Error ? error.message : String(error) });
    }
  });
}
