import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkRuns, readRecipe } from '../../src/cli/recipe-file';
import { trainCommand } from '../../src/cli/train';
import { listModels } from '../../src/models/registry';

interface Run {
  out: string;
  from?: string;
  model?: string;
  teacher?: string[];
  resume?: boolean;
  epochs?: number;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-recipe-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The runs of a recipe file, with further arguments of the command line. */
async function runsOf(file: string, ...args: string[]): Promise<Run[]> {
  const command = trainCommand().action(() => undefined);
  new Command().addCommand(command);
  command.parse(['--data', 'fer2013.csv', '--out', 'all', ...args], { from: 'user' });
  return readRecipe<Run>(file, command);
}

async function write(recipe: unknown): Promise<string> {
  const file = join(folder, 'recipe.json');
  await writeFile(file, JSON.stringify(recipe));
  return file;
}

it('each run starts from the one before it unless it says otherwise, and writes below --out', async () => {
  const file = await write([{ epochs: 2 }, { peak: 0.1 }, { from: false }, { from: 'deep', out: 'other' }, {}]);
  expect((await runsOf(file)).map(({ out, from }) => [out, from])).toEqual([
    ['all/run-1', undefined],
    ['all/run-2', 'all/run-1'],
    ['all/run-3', undefined],
    ['other', 'deep'],
    ['all', 'other'],
  ]);
});

it('a run with the directory of the one before it resumes it, from the same weights', async () => {
  const file = await write([{ out: 'a' }, { out: 'b', until: 1 }, { out: 'b', epochs: 3 }]);
  const [, , last] = await runsOf(file);
  expect(last).toMatchObject({ out: 'b', from: 'a', resume: true, epochs: 3 });
});

it('options of the command line come before those of the runs', async () => {
  const file = await write({ epochs: 2, teacher: ['a', 'b'] });
  const [run] = await runsOf(file, '--epochs', '5', '--resume');
  expect(run).toMatchObject({ epochs: 5, resume: true, teacher: ['a', 'b'], out: 'all' });
});

it('the recipe of the bundled weights is complete: what a run starts or learns from was trained before', async () => {
  const runs = await runsOf(fileURLToPath(new URL('../../research/bundled-weights.json', import.meta.url)));
  const trained = new Map<string, string | undefined>();
  for (const { out, from, model, teacher = [] } of runs) {
    if (from !== undefined) expect(trained.get(from), out).toBe(model);
    for (const name of teacher) expect([...trained.keys()], out).toContain(name);
    trained.set(out, model);
  }
  expect(new Set(trained.values())).toEqual(new Set(listModels()));
});

it('all runs are checked before the first one', () => {
  const runs = [{}, { augment: { noise: { probability: 2 } } }];
  expect(() => checkRuns(runs)).toThrow(/^--recipe: run 2: .*noise\.probability: expected .* received 2/);
  expect(() => checkRuns([{ ferplus: 'no-such-file.csv' }])).toThrow(
    '--recipe: run 1: ferplus: expected a file, received no-such-file.csv, which does not exist.',
  );
  expect(checkRuns([{ augment: { noise: { probability: 1 } } }])).toHaveLength(1);
});
