import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/random';

/** How often the run is killed; `npm run test:faults` does it 200 times. */
const KILLS = Number(process.env['FAULT_KILLS'] ?? 8);
const SEED = Number(process.env['FAULT_SEED'] ?? 1);
const PROGRAM = fileURLToPath(new URL('training.mjs', import.meta.url));

interface Run {
  /** The step after which the run was first heard of: 1, or the one behind the checkpoint. */
  firstStep: number | undefined;
  lastStep: number;
  killed: boolean;
  /** Hash of the weights, if it came to the end. */
  weights: string | undefined;
  errors: string;
}

/** Starts the run, and kills it with SIGKILL some time after it has begun to train, or even before. */
async function start(checkpoint: string, kill?: { afterFirstStep: boolean; milliseconds: number }): Promise<Run> {
  const child = spawn(process.execPath, [PROGRAM, checkpoint], { stdio: ['ignore', 'pipe', 'pipe'] });
  const run: Run = { firstStep: undefined, lastStep: 0, killed: false, weights: undefined, errors: '' };
  const ended = new Promise<void>((resolve) => {
    child.on('close', (_code, signal) => {
      run.killed = signal === 'SIGKILL';
      resolve();
    });
  });
  child.stderr.on('data', (data) => (run.errors += data));
  const strike = () => void setTimeout(() => child.kill('SIGKILL'), kill!.milliseconds);
  if (kill && !kill.afterFirstStep) strike();
  createInterface(child.stdout).on('line', (line) => {
    const [word, value] = line.split(' ');
    if (word === 'weights') run.weights = value;
    if (word !== 'step') return;
    run.lastStep = Number(value);
    if (run.firstStep === undefined && kill?.afterFirstStep) strike();
    run.firstStep ??= run.lastStep;
  });
  await ended;
  return run;
}

describe('a training run that is killed', () => {
  let directory = '';
  beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'fer-cnn-kill-'))));
  afterAll(() => rm(directory, { recursive: true }));

  it(
    `resumes after each of ${KILLS} kills from a whole checkpoint and ends equal to one that was never killed`,
    async () => {
      const expected = await start(join(directory, 'undisturbed', 'checkpoint.bin'));
      expect(expected.errors).not.toMatch(/Error/);
      expect(expected.weights).toMatch(/^[0-9a-f]{64}$/);
      const random = new Random(SEED);
      let kills = 0;
      let finished = 0;
      while (kills < KILLS || finished === 0) {
        const checkpoint = join(directory, `run-${finished}`, 'checkpoint.bin');
        let saved = 0; // steps that are surely in the checkpoint: the next one has begun
        for (let done = false; !done;) {
          const kill = { afterFirstStep: random.uniform(0, 1) < 0.9, milliseconds: random.uniform(0, 300) };
          const run = await start(checkpoint, kills < KILLS ? kill : undefined);
          if (run.firstStep !== undefined) expect(run.firstStep).toBeGreaterThan(saved);
          saved = Math.max(saved, run.lastStep - 1);
          if (run.killed) kills++;
          else expect(run.weights, run.errors).toBe(expected.weights);
          done = !run.killed;
        }
        expect(await readdir(join(directory, `run-${finished}`))).toEqual(['checkpoint.bin']);
        finished++;
      }
      expect(kills).toBeGreaterThanOrEqual(KILLS);
      console.info(`${kills} kills (seed ${SEED}), ${finished} runs to the end, each equal to the undisturbed one`);
    },
    60_000 + KILLS * 20_000,
  );
});
