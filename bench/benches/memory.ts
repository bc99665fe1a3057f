import * as tf from '@tensorflow/tfjs-core';
import { createModel, listModels, train } from 'fer-cnn';
import { activate, type BackendName } from '../../src/cli/backend';
import type { Contender } from '../support/measure';
import { availableBackends, noise } from '../support/networks';
import { digits, type Bench } from '../support/section';
import { ours, plain, type Job } from '../support/trainers';

const BATCH = 32;
const MEGABYTE = 1e6;

/** Peak of tensor memory in a training step, and what is left after many. */
export const memory: Bench = {
  name: 'memory',
  async *run(context) {
    const backends = await availableBackends();
    const backend = backends[0]!;
    const rows = [];
    for (const model of listModels()) {
      context.say(`tensor memory of a step: ${model} on ${backend}`);
      const job: Job = { model, batch: BATCH, steps: 1 };
      const own = await peakOf(await ours(backend, job));
      const theirs = await peakOf(await plain(backend, job));
      rows.push([model, digits(own), digits(theirs), digits(theirs / own)]);
    }
    const head = ['', 'train, MB', 'plain tfjs, MB', 'times as much'];
    const note = `Greatest sum of all tensors' bytes, weights included, batch ${BATCH}, on ${backend}; buffers inside a kernel do not count.`;
    yield { title: 'Tensor memory of a training step', head, rows, note, data: rows };

    const growth = [];
    for (const each of backends) growth.push(await growthOn(each, context.steps, context.say));
    yield {
      title: `Growth over ${context.steps} training steps`,
      head: ['', 'tensors more', 'bytes more'],
      rows: growth,
      note: 'From the second step to the last, a narrow network at batch 4.',
      data: growth,
    };
  },
};

async function peakOf({ measure, close }: Contender): Promise<number> {
  await measure();
  const { peakBytes } = await tf.profile(async () => {
    await measure();
    return tf.scalar(0);
  });
  await close?.();
  return peakBytes / MEGABYTE;
}

async function growthOn(backend: BackendName, steps: number, say: (text: string) => void): Promise<string[]> {
  say(`${steps} steps on ${backend}`);
  await activate(backend);
  const options = { inputSize: [16, 16], conv: { filters: [2, 3] }, dense: { units: [4] } } as const;
  const model = createModel('shallow', options);
  const data = noise(4 * 20);
  const seen: tf.MemoryInfo[] = [];
  const onBatchEnd = async () => void seen.push(tf.memory());
  await train(model, data, { epochs: Math.ceil(steps / 20), batchSize: 4, callbacks: { onBatchEnd } });
  model.dispose();
  const [first, last] = [seen[1]!, seen.at(-1)!];
  return [backend, String(last.numTensors - first.numTensors), String(last.numBytes - first.numBytes)];
}
