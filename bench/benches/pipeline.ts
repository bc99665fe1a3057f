import { batches, listModels } from 'fer-cnn';
import { alternate, median, timed } from '../support/measure';
import { availableBackends, noise } from '../support/networks';
import { digits, type Bench } from '../support/section';
import { AUGMENT, ours } from '../support/trainers';

const BATCH = 32;

/** What shuffling, gathering and augmentation cost, beside a training step. */
export const pipeline: Bench = {
  name: 'pipeline',
  async *run(context) {
    const data = noise(BATCH * 16);
    const pass = () =>
      timed(() => Array.from(batches(data, { batchSize: BATCH, shuffle: true, augment: AUGMENT })).length);
    const times: number[] = [];
    for (let round = 0; round <= context.rounds; round++) times.push((await pass()).cpu / Math.ceil(data.size / BATCH));
    const ms = median(times.slice(1));
    const rows = [];
    for (const backend of (await availableBackends()).filter((name) => name !== 'cpu')) {
      for (const model of listModels()) {
        context.say(`input pipeline beside a step: ${model} on ${backend}`);
        const job = { model, batch: BATCH, steps: 2 };
        const contenders = [
          await ours(backend, { ...job, augment: AUGMENT }, 'with'),
          await ours(backend, job, 'without'),
        ];
        const [augmented, bare] = await alternate(contenders, Math.min(context.rounds, 5));
        const share = (100 * ms) / augmented!.cpu;
        const cells = [`${model} on ${backend}`, augmented!.cpu, bare!.cpu, ms, share];
        rows.push({ cells, augmented, bare });
      }
    }
    yield {
      title: `Input pipeline, batch ${BATCH}`,
      head: [
        '',
        'step with augmentation, ms',
        'step without, ms',
        'input pipeline alone, ms',
        'its share of the step, %',
      ],
      rows: rows.map(({ cells }) => cells.map((cell) => (typeof cell === 'number' ? digits(cell) : cell))),
      note: 'Shuffle, gather, flip, rotation, scale, shift and contrast on one core, before the upload; processor time of all threads. The plain CPU backend is left out: a step takes seconds there.',
      data: { pipelineMs: times, rows },
    };
  },
};
