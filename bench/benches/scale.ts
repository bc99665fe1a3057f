import { batches, listModels, loadModel, predict } from 'fer-cnn';
import { activate } from '../../src/cli/backend';
import { alternate, timed } from '../support/measure';
import { availableBackends, noise } from '../support/networks';
import { digits, type Bench } from '../support/section';
import { AUGMENT, ours } from '../support/trainers';

const SIZES = [1000, 10_000, 28_709];
const BATCH = 128;

/** How an epoch and the classification of a set grow with it. */
export const scale: Bench = {
  name: 'scale',
  async *run(context) {
    const [backend] = await availableBackends();
    if (!backend || backend === 'cpu') return;
    const rows: [name: string, ...seconds: number[]][] = [];

    const pipeline = { batchSize: BATCH, shuffle: true, augment: AUGMENT };
    const pass = (size: number) => timed(() => Array.from(batches(noise(size), pipeline), (batch) => batch.size));
    rows.push(['input pipeline', ...(await each(async (size) => (await pass(size)).cpu / 1000))]);

    for (const model of listModels()) {
      context.say(`a step of ${model} on ${backend}`);
      const job = { model, batch: BATCH, steps: 1, augment: AUGMENT };
      const [step] = await alternate([await ours(backend, job)], Math.min(context.rounds, 3));
      const epoch = (size: number) => (Math.ceil(size / BATCH) * step!.cpu) / 1000;
      rows.push([`epoch of ${model}, from a measured step`, ...SIZES.map(epoch)]);
    }

    await activate(backend);
    const { model, card } = await loadModel();
    const options = { preprocessing: card.preprocessing, batchSize: BATCH };
    const classify = async (size: number) => {
      context.say(`predict ${size} pictures`);
      return (await timed(() => predict(model, noise(size), options))).cpu / 1000;
    };
    if (context.quick) {
      const seconds = await classify(SIZES[0]!);
      rows.push([`predict with ${card.name}, from the first`, ...SIZES.map((size) => (seconds * size) / SIZES[0]!)]);
    } else {
      rows.push([`predict with ${card.name}`, ...(await each(classify))]);
    }
    model.dispose();

    yield {
      title: `Processor seconds as the set grows, on ${backend}`,
      head: ['', ...SIZES.map((size) => `${size.toLocaleString('en-US')} pictures`)],
      rows: rows.map(([name, ...seconds]) => [name, ...seconds.map(digits)]),
      note: `Of all threads together; batch ${BATCH}, augmentation of the recipes. An epoch is the median of a measured step times the number of steps, the input pipeline is measured whole, and so is predict unless it says otherwise.`,
      data: rows,
    };
  },
};

async function each(measure: (size: number) => Promise<number>): Promise<number[]> {
  const results: number[] = [];
  for (const size of SIZES) results.push(await measure(size));
  return results;
}
