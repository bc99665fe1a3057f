import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { type FileResult, ResultsFile } from '../../src/node/results-file';

const RUN = { dir: '/pictures', model: 'default' };
const RESULTS: readonly FileResult[] = [
  { file: 'a/1.png', predictions: [{ className: 'happy', probability: 0.75 }] },
  { file: 'a/ü "2".png', error: 'not an image\nat all' },
  { file: 'b/3.png', predictions: [] },
];

let folder = '';
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-results-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function written(path: string, results: readonly FileResult[]): Promise<void> {
  const file = await ResultsFile.open(path, RUN);
  await Promise.all(results.map((result) => file.append([result])));
  await file.close();
}

const linesOf = async (path: string) =>
  (await readFile(path, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a results file', () => {
  it('without a result can be used by any run', async () => {
    await written(at('empty.jsonl'), []);
    const other = { ...RUN, model: 'deep' };
    await (await ResultsFile.open(at('empty.jsonl'), other)).close();
    await (await ResultsFile.open(at('empty.jsonl'), other)).close(); // and now to this one
  });

  it('must be a file in a folder', async () => {
    await expect(ResultsFile.open(folder, RUN)).rejects.toThrow(/expected a file for the results, received a fol/);
    await writeFile(at('taken'), '');
    const below = ResultsFile.open(join(at('taken'), 'x.jsonl'), RUN);
    await expect(below).rejects.toThrow(InputError);
    await expect(below).rejects.toThrow(/taken\/x\.jsonl: expected a file for the results/);
  });

  it('has one line for each result and knows on opening which files are done', async () => {
    await written(at('plain.jsonl'), RESULTS);
    expect(await linesOf(at('plain.jsonl'))).toEqual(RESULTS);
    const again = await ResultsFile.open(at('plain.jsonl'), RUN);
    expect([[...again.done], again.failed]).toEqual([RESULTS.map(({ file }) => file), 1]);
    await again.close();
  });

  it('cut off at any byte keeps its whole lines, and no file is lost or doubled by going on', async () => {
    await written(at('whole.jsonl'), RESULTS);
    const whole = await readFile(at('whole.jsonl'));
    await written(at('cut.jsonl'), []);
    for (let length = 0; length <= whole.length; length++) {
      await writeFile(at('cut.jsonl'), whole.subarray(0, length));
      const file = await ResultsFile.open(at('cut.jsonl'), RUN);
      const kept = whole.subarray(0, length).toString('latin1').split('\n').length - 1;
      expect(file.done.size).toBe(kept);
      await file.append(RESULTS.filter((result) => !file.done.has(result.file)));
      await file.close();
      expect(await readFile(at('cut.jsonl')), `cut at ${length}`).toEqual(whole);
    }
  });

  it('takes up lines that are longer than what is read at a time', async () => {
    const long = { file: `${'x'.repeat(200_000)}.png`, error: 'e' };
    await written(at('long.jsonl'), [long, ...RESULTS]);
    const again = await ResultsFile.open(at('long.jsonl'), RUN);
    expect(again.done.size).toBe(4);
    await again.close();
  });

  it('is refused and left as it is if it belongs to another run or is something else', async () => {
    await written(at('other.jsonl'), RESULTS);
    const before = await readFile(at('other.jsonl'));
    const refused = (path: string, run = RUN) => expect(ResultsFile.open(path, run)).rejects;
    await refused(at('other.jsonl'), { ...RUN, model: 'deep' }).toThrow('"model":"deep"');
    await appendFile(at('other.jsonl'), 'not JSON\n{"file": "half');
    await refused(at('other.jsonl')).toThrow(/other\.jsonl: line 4: expected a result as JSON, received "not JSON"/);
    expect((await readFile(at('other.jsonl'))).length).toBe(before.length + 'not JSON\n{"file": "half'.length);
    await writeFile(at('foreign.jsonl'), '{"file":"a.png"}\n');
    await refused(at('foreign.jsonl')).toThrow(InputError);
  });

  it('notices that another process writes to it', async () => {
    const [one, two] = [await ResultsFile.open(at('two.jsonl'), RUN), await ResultsFile.open(at('two.jsonl'), RUN)];
    await one.append(RESULTS.slice(0, 1));
    await expect(two.append(RESULTS.slice(0, 1))).rejects.toThrow('Another process writes to it');
    await one.append(RESULTS.slice(1));
    await Promise.all([one.close(), two.close()]);
    expect(await linesOf(at('two.jsonl'))).toEqual(RESULTS);
  });
});
