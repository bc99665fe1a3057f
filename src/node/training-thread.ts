// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules have nothing to import
/// <reference path="./modules.d.ts" />
import { Worker } from 'node:worker_threads';
import { TrainingError } from '../errors';

/** The settings of all threads; see `train-worker.ts`. */
export interface ThreadSettings {
  /** URL of a module that registers a backend. */
  readonly backend: string;
  /** The number of threads. */
  readonly count: number;
  /** The count of arrivals at the barrier, and whether the step was aborted. */
  readonly control: Int32Array;
}

type Message = { readonly result: object } | { readonly failed: string };

/** A thread that computes parts of training steps. */
export class TrainingThread {
  readonly #worker: Worker;
  #ended: unknown;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(worker: Worker, control: Int32Array) {
    this.#worker = worker;
    const ended = (reason: unknown) => {
      this.#ended ??= reason;
      Atomics.store(control, 1, 1); // the others do not wait for it
    };
    worker.on('error', ended).on('exit', (code) => ended(new Error(`exit code ${code}`)));
  }

  /** Starts a thread. */
  static async start(settings: ThreadSettings, index: number): Promise<TrainingThread> {
    const { url } = await import('fer-cnn/train-worker');
    const worker = new Worker(new URL(url), { workerData: { ferCnnTraining: { ...settings, index } } });
    return new TrainingThread(worker, settings.control);
  }

  /**
   * Sends a command after all earlier ones are answered, and waits for its answer.
   * @throws TrainingError if the command fails or the thread exits.
   */
  ask(command: string, message: object = {}): Promise<object> {
    const answer = this.#last.then(() => this.#ask(command, message));
    this.#last = answer.catch(() => {});
    return answer;
  }

  #ask(command: string, message: object): Promise<object> {
    return new Promise((resolve, reject) => {
      const worker = this.#worker;
      const settle = (action: () => void) => {
        worker.off('message', heard).off('error', ended).off('exit', ended);
        action();
      };
      const heard = (answer: Message) =>
        settle(() => ('failed' in answer ? reject(failure(command, answer.failed)) : resolve(answer.result)));
      const ended = (reason: unknown) => settle(() => reject(failure(command, this.#ended ?? reason)));
      if (this.#ended !== undefined) return void reject(failure(command, this.#ended));
      worker.on('message', heard).on('error', ended).on('exit', ended);
      worker.postMessage({ command, ...message });
    });
  }

  /** @throws TrainingError if the thread has exited. */
  checkAlive(): void {
    if (this.#ended !== undefined) throw failure('step', this.#ended);
  }

  /** Terminates the thread. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}

function failure(command: string, reason: unknown): TrainingError {
  const isStart = command === 'start';
  return new TrainingError({
    where: `training thread: ${command}`,
    expected: isStart ? 'an importable module that registers a tfjs backend' : 'an answer',
    received: reason instanceof Error ? `an exit (${reason.message})` : JSON.stringify(reason),
  });
}
