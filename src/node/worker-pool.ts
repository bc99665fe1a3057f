import type { FileResult } from './results-file';
import { WorkerLost, WorkerProcess, type WorkerSettings } from './worker-process';

const START_ATTEMPTS = 3;

/**
 * Lets workers take batches until there are none left. A worker that dies is replaced: the pictures of its batch go to workers one by one, and one
 * at which a worker dies again gets an error as its result.
 *
 * @param count How many workers run at a time; one is started only when there is a batch for it.
 * @param settings What the workers have to know.
 * @param batches What is to be done; pulled from as workers become free.
 * @param write Takes the results of each batch.
 * @param signal Ends the workers at once.
 * @throws What `write`, the walk through the folder or the start of a worker throws; the signal's reason. No worker is left then.
 */
export async function runWorkers(
  count: number,
  settings: WorkerSettings,
  batches: AsyncGenerator<readonly string[]>,
  write: (results: readonly FileResult[]) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const alone: string[] = [];
  const workers = new Set<WorkerProcess>();
  const stopping = new AbortController();
  const stop = () => {
    stopping.abort();
    for (const worker of workers) worker.stop();
  };
  const join = (worker: WorkerProcess) => {
    workers.add(worker);
    if (stopping.signal.aborted) worker.stop();
  };

  /** A worker may be killed while it starts, as when memory is short: that says nothing about the images, so another one is started. */
  async function startPatiently(): Promise<WorkerProcess> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await WorkerProcess.start(settings, join);
      } catch (error) {
        if (!(error instanceof WorkerLost) || attempt === START_ATTEMPTS || stopping.signal.aborted) throw error;
      }
    }
  }

  /** One place in the pool: works through batches with one worker after another. */
  async function work(): Promise<void> {
    let worker: WorkerProcess | undefined;
    while (!stopping.signal.aborted) {
      const batch = alone.length > 0 ? [alone.pop()!] : (await batches.next()).value;
      if (!batch) return;
      worker ??= await startPatiently();
      try {
        await write(await worker.run(batch));
      } catch (error) {
        if (!(error instanceof WorkerLost) || stopping.signal.aborted) throw error;
        worker = undefined;
        if (batch.length > 1)
          for (const file of batch) alone.push(file); // spread, a large batch would be too many arguments
        else await write([{ file: batch[0]!, error: error.message }]);
      }
    }
  }

  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const failures: unknown[] = [];
  const places = Array.from({ length: count }, () =>
    work().catch((error: unknown) => {
      failures.push(error);
      stop();
    }),
  );
  try {
    await Promise.all(places);
    signal?.throwIfAborted();
    if (failures.length > 0) throw failures[0];
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
