import type { FileResult } from './results-file';
import { WorkerLost, WorkerProcess, type WorkerSettings } from './worker-process';

const START_ATTEMPTS = 3;

/**
 * Processes batches by a pool of workers. A worker that crashes is replaced, and the images of its batch are retried one by one. An image
 * that crashes a worker again gets an error.
 *
 * @param count The maximum number of workers, which are started on demand.
 * @param batches The batches, pulled when workers are free.
 * @param write Receives the results of each batch.
 * @throws Errors of `write`, of the walk or of the start of a worker; the signal's reason. All workers are terminated then.
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

  /** Starts a worker, and retries if it is killed while it starts, for instance because of low memory. */
  async function startPatiently(): Promise<WorkerProcess> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await WorkerProcess.start(settings, join);
      } catch (error) {
        if (!(error instanceof WorkerLost) || attempt === START_ATTEMPTS || stopping.signal.aborted) throw error;
      }
    }
  }

  /** One slot of the pool: processes batches by one worker after another. */
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
          for (const file of batch) alone.push(file); // spreading a large batch would exceed the number of arguments
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
