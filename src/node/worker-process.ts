// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules have nothing to import
/// <reference path="./modules.d.ts" />
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BackendError, FerError, missingPackage, WeightsError } from '../errors';
import type { FileResult } from './results-file';

/** The settings of a worker; see `folder-worker.ts`. */
export interface WorkerSettings {
  /** The folder. */
  readonly dir: string;
  /** URL of a module that registers a backend. */
  readonly backend: string;
  /** The name of bundled weights, or the path of a model. */
  readonly model: string;
  /** The number of classes per image. */
  readonly topk: number | undefined;
  /** Whether the faces in each image are found. */
  readonly faces: boolean;
}

/** A message of a worker. */
type Message =
  | { readonly ready: true }
  | { readonly failed: string; readonly part: 'backend' | 'sharp' | 'model' | 'images' }
  | { readonly results: readonly FileResult[] };

/** A worker exited without an answer, for instance because native code crashed or memory ran out. */
export class WorkerLost extends FerError {
  override readonly name: string = 'WorkerLost';
}

const STDERR_KEPT = 2000; // characters

/**
 * A process that classifies files. Unlike a thread, it can crash in native code (a decoder, a backend) or run out of memory without ending
 * the program.
 */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #stderr = '';
  #failed: Error | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('error', (error) => (this.#failed = error)); // of fork, and of messages that cannot be sent
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
  }

  /**
   * Starts a worker and waits until it has loaded the backend and the model.
   *
   * @param settings The settings of the worker.
   * @param started Receives the worker immediately, so that it can be stopped during the start.
   * @throws {@link BackendError} or {@link WeightsError} if it cannot load them, FerError if `sharp` is missing; {@link WorkerLost} if it exits.
   */
  static async start(settings: WorkerSettings, started: (worker: WorkerProcess) => void): Promise<WorkerProcess> {
    const { url } = await import('fer-cnn/folder-worker');
    const child = fork(fileURLToPath(url), {
      env: { ...process.env, FER_CNN_FOLDER_WORKER: JSON.stringify(settings) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const worker = new WorkerProcess(child);
    started(worker);
    await worker.#answer();
    return worker;
  }

  /**
   * Classifies files.
   * @param files The paths relative to the folder.
   * @returns One result per file.
   * @throws {@link WorkerLost} if the worker exits.
   */
  async run(files: readonly string[]): Promise<readonly FileResult[]> {
    const answer = this.#answer();
    this.#child.send({ files }, () => {}); // fails only if the worker has exited
    const message = await answer;
    return 'results' in message ? message.results : [];
  }

  /** Terminates the worker. */
  stop(): void {
    this.#child.kill('SIGKILL');
  }

  /** Waits for the next message, and rejects on failure. */
  #answer(): Promise<Message> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      const settle = (action: () => void) => {
        child.off('message', heard).off('exit', ended).off('error', ended);
        action();
      };
      const heard = (message: Message) => {
        if ('failed' in message) settle(() => reject(failure(message)));
        else settle(() => resolve(message));
      };
      const ended = (code: unknown, signal?: unknown) => settle(() => reject(this.#lost(signal ?? code)));
      child.on('message', heard).on('exit', ended).on('error', ended);
      if (this.#failed) ended(this.#failed);
      else if (child.exitCode !== null || child.signalCode !== null) ended(child.exitCode, child.signalCode);
    });
  }

  #lost(reason: unknown): WorkerLost {
    const said = this.#stderr.trim().split('\n').at(-1);
    return new WorkerLost({
      where: 'classifyFolder: worker',
      expected: 'an answer',
      received: `an exit (${reason instanceof Error ? reason.message : String(reason)})${said ? `: ${said}` : ''}`,
    });
  }
}

function failure({ failed, part }: Extract<Message, { failed: string }>): FerError {
  if (part === 'sharp') return missingPackage('classifyFolder', 'sharp', failed);
  const where = `classifyFolder: ${part}`;
  if (part === 'backend') {
    const remedy = 'Pass an importable module that registers a tfjs backend.';
    return new BackendError({ where, expected: 'a backend in the worker', received: JSON.stringify(failed), remedy });
  }
  const Failure = part === 'model' ? WeightsError : FerError;
  return new Failure({
    where,
    expected: part === 'model' ? 'a model that can be loaded' : 'images that can be classified',
    received: JSON.stringify(failed),
  });
}
