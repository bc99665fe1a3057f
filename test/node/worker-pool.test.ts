import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { afterEach, expect, it, vi } from 'vitest';
import type { FileResult } from '../../src/node/results-file';
import { runWorkers } from '../../src/node/worker-pool';

/** Makes the next process, in place of `fork`; it is told how many there were. */
const fork = vi.hoisted(() => vi.fn<(attempt: number) => unknown>());
vi.mock('node:child_process', () => ({ fork: () => fork(fork.mock.calls.length) }));
vi.mock('fer-cnn/folder-worker', () => ({ url: new URL('folder-worker.js', import.meta.url).href }));
afterEach(() => fork.mockReset());

const settings = { dir: '.', backend: 'nowhere', model: 'default', topk: undefined, faces: false };

/** A process that says that it is ready and answers each message; `answer` may give undefined for its death. */
function child(answer: (files: readonly string[]) => readonly FileResult[] | undefined): ChildProcess {
  const process = Object.assign(new EventEmitter(), {
    stderr: null,
    exitCode: null,
    signalCode: null,
    kill: () => true,
    send({ files }: { files: readonly string[] }) {
      const results = answer(files);
      setImmediate(() => (results ? process.emit('message', { results }) : process.emit('exit', null, 'SIGKILL')));
    },
  });
  setImmediate(() => process.emit('message', { ready: true }));
  return process as unknown as ChildProcess;
}

/** A process that cannot be started: Node tells so by an event. */
function unstarted(code: string): ChildProcess {
  const process = Object.assign(new EventEmitter(), {
    stderr: null,
    exitCode: null,
    signalCode: null,
    kill: () => false,
  });
  setImmediate(() => process.emit('error', Object.assign(new Error(`spawn node ${code}`), { code })));
  return process as unknown as ChildProcess;
}

/** A process that is killed while it starts. */
function killed(): ChildProcess {
  const process = Object.assign(new EventEmitter(), {
    stderr: null,
    exitCode: null,
    signalCode: null,
    kill: () => true,
  });
  setImmediate(() => process.emit('exit', null, 'SIGKILL'));
  return process as unknown as ChildProcess;
}

const done = (files: readonly string[]): FileResult[] => files.map((file) => ({ file, predictions: [] }));

async function run(files: readonly string[], count = 1): Promise<FileResult[]> {
  const written: FileResult[] = [];
  async function* batches(): AsyncGenerator<readonly string[]> {
    yield files;
  }
  const write = async (results: readonly FileResult[]) => {
    for (const result of results) written.push(result);
  };
  await runWorkers(count, settings, batches(), write, undefined);
  return written;
}

it('takes no batch when the signal was aborted before the workers start', async () => {
  const reason = new Error('enough');
  const written: unknown[] = [];
  let pulled = 0;
  async function* batches(): AsyncGenerator<readonly string[]> {
    for (; pulled < 3; pulled++) yield ['a.png'];
  }
  const write = async (results: unknown) => void written.push(results);
  await expect(runWorkers(2, settings, batches(), write, AbortSignal.abort(reason))).rejects.toBe(reason);
  expect([pulled, written]).toEqual([0, []]);
});

it.each([
  ['cannot be started for want of file handles', () => unstarted('EMFILE')],
  ['is killed while it starts', killed],
])('starts another worker where one %s, and rejects when that goes on', async (_what, broken) => {
  fork.mockImplementation((attempt) => (attempt < 2 ? broken() : child(done)));
  expect(await run(['a.png', 'b.png'])).toEqual(done(['a.png', 'b.png']));
  expect(fork).toHaveBeenCalledTimes(3);
  fork.mockReset();
  fork.mockImplementation(broken);
  await expect(run(['a.png'])).rejects.toThrow(
    /classifyFolder: worker: expected an answer, received an exit \(.*(EMFILE|SIGKILL)\)/,
  );
});

it('goes on image by image after the death of a worker with a large batch, and finds the one to blame', async () => {
  const files = Array.from({ length: 200_000 }, (_, i) => `${i}.png`); // too many for the arguments of one call
  fork.mockImplementation(() => child((batch) => (batch.includes('7.png') ? undefined : done(batch))));
  const results = await run(files, 4);
  expect(new Set(results.map(({ file }) => file)).size).toBe(200_000);
  expect(results).toHaveLength(200_000);
  expect(results.filter((result) => 'error' in result)).toEqual([
    { file: '7.png', error: expect.stringContaining('received an exit (SIGKILL)') },
  ]);
});
