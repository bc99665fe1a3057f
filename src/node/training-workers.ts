import { availableParallelism } from 'node:os';
import type { Batch } from '../data/batches';
import { join } from '../data/rows';
import { TrainingError } from '../errors';
import type { GradientJob, GradientRequest, GradientRun, GradientWorkers, HostGradients } from '../train/workers';
import { object, type Schema } from '../schema';
import { WORKERS } from './check-workers';
import { moduleUrl } from './module-url';
import { TrainingThread } from './training-thread';

/** Options of {@link startTrainingWorkers}. */
export interface TrainingWorkersOptions {
  /**
   * A module that registers a tfjs backend, imported by each thread: a package such as `@tensorflow/tfjs-backend-wasm`, resolved from the
   * current directory, or a path or `file:` URL of your own module. Its default export, if any, is called and awaited.
   */
  backend: string | URL;
  /** The number of threads, 1..1024. Default: one per core. */
  count?: number | undefined;
}

/** Worker threads for the option `workers` of `train`. */
export interface TrainingWorkers extends GradientWorkers {
  /** The number of threads. */
  readonly count: number;
  /** Terminates the threads. A run that uses them fails. */
  close(): Promise<void>;
}

const WHERE = 'startTrainingWorkers';

const parse = object(WORKERS satisfies Schema<TrainingWorkersOptions>);

/**
 * Starts threads for data-parallel training: each thread computes the gradient of its part of a batch, on its own backend. Batch norm is
 * synchronized over the whole batch, so the result equals a run without threads, except for rounding. Useful for backends with one thread,
 * such as WASM in Node.
 *
 * Threads can be reused for one run of `train` after another. Each thread has its own copy of the model.
 *
 * @param options The backend and the number of threads.
 * @returns The threads. Close them, otherwise the program does not exit.
 * @throws InputError if an option is unknown or out of range; TrainingError if a thread cannot load the backend. All threads are terminated
 *   then.
 * @example
 * ```ts
 * const workers = await startTrainingWorkers({ backend: '@tensorflow/tfjs-backend-wasm', count: 4 });
 * await train(model, dataset, { epochs: 30, batchSize: 128, workers });
 * await workers.close();
 * ```
 */
export async function startTrainingWorkers(options: TrainingWorkersOptions): Promise<TrainingWorkers> {
  const { backend, count = availableParallelism() } = parse(`${WHERE}: options`, options);
  const control = new Int32Array(new SharedArrayBuffer(8));
  const settings = { backend: moduleUrl(backend), count, control };
  const threads = await Promise.all(Array.from({ length: count }, (_, index) => TrainingThread.start(settings, index)));
  const end = async () => void (await Promise.all(threads.map((thread) => thread.stop())));
  try {
    await Promise.all(threads.map((thread) => thread.ask('start')));
  } catch (error) {
    await end();
    throw error;
  }
  let busy = false;
  return {
    count,
    async open(job) {
      if (busy) {
        throw new TrainingError({
          where: 'train: workers',
          expected: 'idle workers',
          received: 'workers of another run',
          remedy: 'Wait for that run, or start workers for each run.',
        });
      }
      busy = true;
      try {
        return await openRun(threads, control, job, () => (busy = false));
      } catch (error) {
        busy = false;
        throw error;
      }
    },
    close: end,
  };
}

/** The answer of a thread; its gradient is in shared memory. */
type Answer = Omit<HostGradients, 'gradients'>;

async function openRun(
  threads: readonly TrainingThread[],
  control: Int32Array,
  job: GradientJob,
  closed: () => void,
): Promise<GradientRun> {
  const floats = (length: number) => new Float32Array(new SharedArrayBuffer(4 * length));
  const shared = { weights: floats(job.weights), slots: floats(2 * threads.length * job.means) };
  const gradients = threads.map(() => floats(job.weights)); // one shared array per thread
  await Promise.all(threads.map((thread, i) => thread.ask('open', { job, shared: { ...shared, into: gradients[i] } })));
  return {
    async gradients({ weights, batch, preprocessing, key }: GradientRequest) {
      let end = 0;
      for (const values of weights) shared.weights.set(values, (end += values.length) - values.length);
      threads.forEach((thread) => thread.checkAlive()); // otherwise the others would wait for it
      control.fill(0);
      const parts = partsOf(batch, threads.length);
      const answers = parts.map(({ first, part }, i) => {
        const message = {
          part: { batch: part, preprocessing, key, first, batchSize: batch.size },
          count: parts.length,
        };
        return threads[i]!.ask('step', message) as Promise<Answer | { givenUp: true }>;
      });
      return sum(await settle(threads, answers), gradients);
    },
    close() {
      for (const thread of threads) thread.ask('close').catch(() => {}); // ignores threads that have exited
      closed();
    },
  };
}

/** Waits for all threads to finish, and rejects if one of them failed. */
async function settle(
  threads: readonly TrainingThread[],
  answers: readonly Promise<Answer | { givenUp: true }>[],
): Promise<Answer[]> {
  const results = await Promise.allSettled(answers);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  threads.forEach((thread) => thread.checkAlive()); // also threads without a part
  return Promise.all(answers as readonly Promise<Answer>[]);
}

/** Splits a batch into non-empty parts of nearly equal size. */
function partsOf(batch: Batch, count: number): { first: number; part: Batch }[] {
  const { size, images, targets, teacher, sampleWeights } = batch;
  const parts = Math.min(count, size);
  return Array.from({ length: parts }, (_, i) => {
    const [first, end] = [Math.floor((i * size) / parts), Math.floor(((i + 1) * size) / parts)];
    const cut = (values: Float32Array) => {
      const length = values.length / size;
      return values.slice(first * length, end * length);
    };
    const own = { images: cut(images), targets: cut(targets), teacher: teacher && cut(teacher) };
    return { first, part: { ...batch, ...own, sampleWeights: sampleWeights && cut(sampleWeights), size: end - first } };
  });
}

/** Adds the parts; statistics are the same in all of them. */
function sum(parts: readonly Answer[], gradients: readonly Float32Array[]): HostGradients {
  const all = gradients[0]!.slice();
  for (const own of gradients.slice(1, parts.length)) add(all, own);
  const logits = join(Float32Array, parts, (part) => part.logits);
  const loss = parts.reduce((sum, part) => sum + part.loss, 0);
  return { loss, logits, gradients: all, statistics: parts[0]!.statistics };
}

function add(to: Float32Array, values: Float32Array): void {
  for (let i = 0; i < to.length; i++) to[i]! += values[i]!;
}
