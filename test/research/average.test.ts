import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createShallowCnn } from '../../src/models/shallow';
import { loadModel } from '../../src/storage/load-model';
import { saveModel } from '../../src/storage/save-model';
import { useBackend } from '../support/backends';
import { draftCard, fullCard } from '../support/cards';
import { runResearch, tinyFer2013 } from '../support/commands';

let folder = '';
let csv = '';

beforeAll(async () => {
  await useBackend('cpu');
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-average-'));
  csv = join(folder, 'fer2013.csv');
  await writeFile(csv, tinyFer2013());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Stores a small network with biases of its own and the command that trained it. */
async function store(name: string, seed: number, command: string, units = 8): Promise<string> {
  const model = createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [units] }, seed });
  const training = { ...fullCard().training!, command };
  await saveModel(join(folder, name), model, { card: { ...draftCard(), training } });
  model.dispose();
  return join(folder, name);
}

async function kernelOf(directory: string): Promise<Float32Array> {
  const { model } = await loadModel(directory);
  const values = (await model.getLayer('conv1').getWeights()[0]!.data()) as Float32Array;
  model.dispose();
  return values;
}

describe('research/average.ts', () => {
  it(
    'stores the weighted mean of two models, with the commands of both on its card',
    { timeout: 120_000 },
    async () => {
      const first = await store('first', 1, 'npx fer-cnn train --out runs/first');
      const second = await store(
        'second',
        2,
        'npx fer-cnn train --out runs/first && npx fer-cnn train --out runs/second',
      );
      const out = join(folder, 'mean');
      const given = [
        '--data',
        csv,
        '--backend',
        'wasm',
        '--from',
        first,
        second,
        '--shares',
        '0.25',
        '0.75',
        '--out',
        out,
      ];
      const { code, stderr } = await runResearch('average', ...given);
      expect(code, stderr).toBe(0);
      const [a, b, mean] = [await kernelOf(first), await kernelOf(second), await kernelOf(out)];
      expect(mean).toBeAllClose(
        a.map((value, i) => 0.25 * value + 0.75 * b[i]!),
        { rtol: 1e-3 }, // stored in 16 bits
      );
      const { training, metrics } = JSON.parse(await readFile(join(out, 'card.json'), 'utf8'));
      expect(training.command).toBe(
        'npx fer-cnn train --out runs/first && npx fer-cnn train --out runs/second && npx tsx research/average.ts --data fer2013.csv.gz ' +
          '--from runs/first runs/second --shares 0.25 0.75 --backend wasm --out runs/mean',
      );
      expect(training.recipe).toBe(
        'SGD; then the weighted mean of the weights of runs/first (0.25) and runs/second (0.75)',
      );
      expect(metrics[0].protocol).toBe('single view');
    },
  );

  it('refuses shares that do not add up to one, and models of two architectures', async () => {
    const [one, other] = [await store('one', 1, 'a'), await store('other', 2, 'b', 9)];
    const run = (...shares: string[]) =>
      runResearch(
        'average',
        '--data',
        csv,
        '--backend',
        'wasm',
        '--out',
        folder,
        '--from',
        one,
        other,
        '--shares',
        ...shares,
      );
    const [uneven, unlike] = await Promise.all([run('0.5', '0.4'), run('0.5', '0.5')]);
    expect(uneven.stderr).toContain('--shares 0.5 0.4: expected as many as --from has models, two or more, of sum 1.');
    expect(unlike.stderr).toContain('expected models of one architecture');
    expect([uneven.code, unlike.code]).toEqual([1, 1]);
  });
});
