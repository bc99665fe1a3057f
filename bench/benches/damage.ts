import { batches, type AugmentOptions } from 'fer-cnn';
import { alternate, timed, type Contender } from '../support/measure';
import { availableBackends, noise } from '../support/networks';
import { digits, type Bench } from '../support/section';
import { AUGMENT, ours } from '../support/trainers';

const BATCH = 128;
const PROBABILITY = 0.3;
const KINDS = ['gamma', 'dim', 'sideLight', 'bars', 'blur', 'motionBlur', 'lowResolution', 'noise', 'jpeg'] as const;

/** What damage as augmentation costs, beside a training step of the compact network. */
export const damage: Bench = {
  name: 'damage',
  async *run(context) {
    const backend = (await availableBackends())[0]!;
    context.say(`damage beside a step of compact on ${backend}`);
    const data = noise(BATCH);
    const pass = (name: string, augment: AugmentOptions): Contender => ({
      name,
      measure: () => timed(() => Array.from(batches(data, { batchSize: BATCH, augment })).length, 3),
    });
    const each = KINDS.map((kind) => ({ [kind]: { probability: PROBABILITY } }));
    const [step, without, ...passes] = await alternate(
      [
        await ours(backend, { model: 'compact', batch: BATCH, steps: 1, augment: AUGMENT }),
        pass('none', {}),
        ...KINDS.map((kind, i) => pass(kind, each[i]!)),
        pass('all together', Object.assign({}, ...each) as AugmentOptions),
      ],
      context.rounds,
    );
    yield {
      title: `Damage as augmentation, batch ${BATCH}, each kind for ${100 * PROBABILITY} % of the pictures`,
      head: ['', 'processor, ms a batch', `share of a step of compact on ${backend}, %`],
      rows: passes.map(({ name, cpu }) => {
        const ms = cpu - without!.cpu;
        return [name, digits(ms), digits((100 * ms) / step!.cpu)];
      }),
      note: `Processor time of all threads, less that of batches without augmentation. The step, with the augmentation of the recipes, takes ${digits(step!.cpu)} ms.`,
      data: { step, without, passes },
    };
  },
};
