// oxlint-disable-next-line typescript/triple-slash-reference -- ambient modules have nothing to import
/// <reference path="./modules.d.ts" />
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BackendError, FerError, WeightsError } from '../errors';
import type { FileResult } from './results-file';

/** What a worker has to know; see `folder-worker.ts`. */
export interface WorkerSettings {
  /** The folder. */
  readonly dir: string;
  /** URL of a module that registers a backend. */
  readonly backend: string;
  /** Name of bundled weights, or a directory with weights. */
  readonly model: string;
  /** How many classes to give. */
  readonly topk: number | undefined;
  /** Whether the faces in each image are found. */
  readonly faces: boolean;
}

/** What a worker says. */
type Message =
  | { readonly ready: true }
  | { readonly failed: string; readonly part: 'backend' | 'model' | 'pictures' }
  | { readonly results: readonly FileResult[] };

/** A worker ended without an answer, for instance because native code crashed or the system ran out of memory. */
export class WorkerLost extends FerError {
  override readonly name: string = 'WorkerLost';
}

const STDERR_KEPT = 2000; // characters

/**
 * A process that classifies files. Not a thread: what brings down native code (a decoder, a backend) or eats up all memory then ends one worker
 * and not the program.
 */
export class WorkerProcess {
  readonly #child: ChildProcess;
  #stderr = '';
  #failed: Error | undefined;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on('error', (error) => (this.#failed = error)); // at fork, where nobody listens yet, and whenever a message cannot be sent
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
  }

  /**
   * Starts a worker and waits until it has loaded backend and weights.
   *
   * @param settings What it has to know.
   * @param started Takes the worker at once, so that it can be stopped meanwhile.
   * @throws {@link BackendError} or {@link WeightsError} if it cannot load them; {@link WorkerLost} if it ends.
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
   * Has files classified.
   * @param files Paths below the folder.
   * @returns A result for each.
   * @throws {@link WorkerLost} if the worker ends.
   */
  async run(files: readonly string[]): Promise<readonly FileResult[]> {
    const answer = this.#answer();
    this.#child.send({ files }, () => {}); // if it cannot be sent, the worker has ended
    const message = await answer;
    return 'results' in message ? message.results : [];
  }

  /** Ends the worker, whatever it does. */
  stop(): void {
    this.#child.kill('SIGKILL');
  }

  /** The next message, unless it tells of a failure. */
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
      received: `its end (${reason instanceof Error ? reason.message : String(reason)})${said ? `: ${said}` : ''}`,
    });
  }
}

function failure({ failed, part }: Extract<Message, { failed: string }>): FerError {
  const where = `classifyFolder: ${part}`;
  if (part === 'backend') {
    const remedy = 'Pass a module that registers a tfjs backend and can be imported from here.';
    return new BackendError({ where, expected: 'a backend in the worker', received: JSON.stringify(failed), remedy });
  }
  const Failure = part === 'model' ? WeightsError : FerError;
  return new Failure({ where, expected: `${part} that can be used`, received: JSON.stringify(failed) });
}
