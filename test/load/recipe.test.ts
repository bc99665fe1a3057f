import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { csvOf } from '../data/fixtures';
import { ROOT } from '../support/commands';

const isNightly = Number(process.env['LOAD'] ?? 0) >= 100_000;

it.runIf(isNightly)(
  'runs the recipe of the bundled weights from random weights to the last model, on a few images',
  { timeout: 3_600_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-recipe-'));
    try {
      const csv = csvOf(12);
      await writeFile(join(folder, 'fer2013.csv'), csv);
      const votes = csv
        .trim()
        .split('\n')
        .slice(1)
        .map((row, i) => `${row.split(',')[2]},fer${i}.png,9,1,0,0,0,0,0,0,0,0`);
      const columns = 'neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';
      await writeFile(join(folder, 'fer2013new.csv'), [`Usage,Image name,${columns}`, ...votes, ''].join('\n'));
      const file = join(ROOT, 'research/bundled-weights.json');
      const options = ['--data', 'fer2013.csv', '--recipe', file, '--out', 'runs/last'];
      const program = [join(ROOT, 'dist/cli/fer-cnn.js'), 'train', ...options];
      const onWasm = ['--backend', 'wasm', '--precision', 'float32'];
      await promisify(execFile)(process.execPath, [...program, ...onWasm], { cwd: folder, maxBuffer: 1 << 28 });
      const runs = JSON.parse(await readFile(file, 'utf8')) as { out: string }[];
      for (const { out } of runs) {
        const card = JSON.parse(await readFile(join(folder, out, 'card.json'), 'utf8')) as { training: object };
        expect(card.training).toMatchObject({ command: expect.stringContaining(`--out ${out}`) });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
