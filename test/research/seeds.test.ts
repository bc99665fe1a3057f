import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelCard } from '../../src/storage/card';
import { card as checkCard } from '../../src/storage/card-schema';
import { fullCard } from '../support/cards';
import { runResearch } from '../support/commands';

let folder = '';

beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'fer-cnn-seeds-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(name: string, seed: number, accuracy: number, epochs = 24): Promise<string> {
  const card = fullCard();
  const command = `npx fer-cnn train --epochs ${epochs} --seed ${seed} --out runs/${name}`;
  const training = { ...card.training!, seed, command };
  await mkdir(join(folder, name));
  const file = join(folder, name, 'card.json');
  await writeFile(file, JSON.stringify({ ...card, training, metrics: [{ ...card.metrics![0]!, accuracy }] }));
  return join(folder, name);
}

describe('research/seeds.ts', () => {
  it('puts mean and spread on the card of the first run, once', async () => {
    const runs = [await run('a', 1, 0.5), await run('b', 2, 0.56), await run('c', 3, 0.53)];
    for (let time = 0; time < 2; time++) {
      const { code, stdout } = await runResearch('seeds', ...runs);
      expect(code).toBe(0);
      expect(stdout).toContain('mean of 3 runs (seed 1 50.00 %, seed 2 56.00 %, seed 3 53.00 %)');
      expect(stdout).toContain('standard deviation 3.00 points: 53.00 %');
    }
    const card: ModelCard = JSON.parse(await readFile(join(runs[0]!, 'card.json'), 'utf8'));
    checkCard('card:', card);
    expect(card.metrics).toHaveLength(2);
    expect(card.metrics![1]!.accuracy).toBeCloseTo(0.53, 10);
    expect(card.metrics![1]!.figures!['standardDeviation']).toBeCloseTo(0.03, 10);
  });

  it('refuses runs of different recipes, of one seed, alone or without a card', async () => {
    const [d, e, f] = [await run('d', 1, 0.5), await run('e', 2, 0.5, 30), await run('f', 1, 0.5)];
    for (const runs of [[d, e], [d, f], [d]]) {
      const { code, stderr } = await runResearch('seeds', ...runs);
      expect(code).toBe(1);
      expect(stderr).toContain('expected two or more runs of one recipe, each with a seed of its own');
    }
    expect((await runResearch('seeds', d, join(folder, 'none'))).stderr).toContain('card.json');
  });
});
