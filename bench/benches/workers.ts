import { availableParallelism } from 'node:os';
import { startTrainingWorkers } from 'fer-cnn/node';
import { race } from '../support/measure';
import { availableBackends } from '../support/networks';
import type { Bench } from '../support/section';
import { ours, type Job } from '../support/trainers';

/** A training step on WASM by one thread and by as many as there are cores. */
export const workers: Bench = {
  name: 'workers',
  async *run(context) {
    if (!(await availableBackends()).includes('wasm')) return;
    const count = availableParallelism();
    for (const model of ['compact', 'shallow'] as const) {
      const job: Job = { model, batch: context.quick ? 32 : 128, steps: 6 };
      const pool = await startTrainingWorkers({ backend: '@tensorflow/tfjs-backend-wasm', count });
      const contenders = [
        await ours('wasm', { ...job, workers: pool }, `train with ${count} threads`),
        await ours('wasm', job, 'train'),
      ];
      const few = { ...context, rounds: Math.min(context.rounds, context.quick ? 2 : 5) };
      const note = 'The clock tells what threads gain, on an idle machine; the processor time what they cost.';
      yield await race(`Training step on wasm by threads: ${model}, batch ${job.batch}`, contenders, few, note);
      await pool.close();
    }
  },
};
