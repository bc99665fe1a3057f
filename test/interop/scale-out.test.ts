import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importKeras } from '../../src/interchange/keras-import';
import { free } from '../interchange/fixtures';
import { useBackend } from '../support/backends';
import { runResearch, tinyFer2013 } from '../support/commands';
import { findPython, needsPython } from '../support/python';

const PACKAGES = ['tensorflow', 'keras'];
const PYTHON = findPython(...PACKAGES);

describe.skipIf(!PYTHON)(needsPython('research/scale-out.ts', PYTHON, ...PACKAGES), () => {
  let folder = '';
  const at = (name: string) => join(folder, name);

  beforeAll(async () => {
    await useBackend('cpu');
    folder = await mkdtemp(join(tmpdir(), 'fer-cnn-scale-out-'));
    await writeFile(at('fer2013.csv'), tinyFer2013());
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The weights of a `.keras` file, one after another. */
  async function weightsOf(name: string): Promise<number[][]> {
    const model = await importKeras(at(name));
    const values = model.getWeights().map((weight) => Array.from(weight.dataSync()));
    free(model);
    return values;
  }

  it('trains with two workers on one machine and comes back with what they learned', { timeout: 600_000 }, async () => {
    const small = ['--model', 'compact', '--rows', '4', '--batch', '4', '--epochs', '1', '--workers', '2'];
    const places = ['--data', at('fer2013.csv'), '--out', folder, '--python', PYTHON!, '--backend', 'wasm'];
    const { code, stdout, stderr } = await runResearch('scale-out', ...places, ...small);
    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout.match(/^\{"workers".*$/m)![0]);
    expect(report).toMatchObject({ workers: 2, rows: 4, epochs: [{ loss: expect.any(Number) }] });
    expect(stdout).toContain('% of 4 pictures');
    const [before, after] = [await weightsOf('network.keras'), await weightsOf('trained.keras')];
    expect(after.map(({ length }) => length)).toEqual(before.map(({ length }) => length));
    expect(after.filter((values, i) => values.some((value, j) => value !== before[i]![j]))).not.toEqual([]);
    const results = (await readFile(at('results.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(results.map((line) => JSON.parse(line).predictions)).toSatisfy((all: unknown[][]) =>
      all.every(({ length }) => length === 7),
    );
  });

  it('says what a worker said that failed', { timeout: 300_000 }, async () => {
    const places = ['--data', at('fer2013.csv'), '--out', at('failing'), '--backend', 'wasm'];
    const { code, stderr } = await runResearch('scale-out', ...places, '--rows', '1', '--python', process.execPath);
    expect(code).toBe(1);
    expect(stderr).toMatch(/worker \d of .* ended with 1:[^]*train.py/);
  });
});
