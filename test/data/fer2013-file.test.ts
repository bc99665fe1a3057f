import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import type * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadFerPlus } from '../../src/curation/ferplus';
import { loadFer2013 } from '../../src/data/fer2013';
import { DatasetError, InputError } from '../../src/errors';
import { bytesOf, csvOf, failureOf, gzipOf } from './fixtures';

/** What happens to files when they are opened. */
const opening = vi.hoisted(() => ({ before: () => {}, after: (_file: object) => {} }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof fs>();
  const open: typeof real.open = async (...args) => {
    opening.before();
    const file = await real.open(...args);
    opening.after(file);
    return file;
  };
  return { ...real, open };
});

describe('loadFer2013', () => {
  const text = csvOf(60);
  const files: Record<string, string | Uint8Array> = {
    'fer2013.csv': text,
    'fer2013.csv.gz': gzipOf(text),
    'zipped-without-the-ending.csv': gzipOf(text),
    'cut.csv.gz': gzipOf(text).slice(0, 40_000),
    'bad.csv': text.replace('\n3,', '\n8,'),
    'bad.csv.gz': gzipOf(text.replace('\n3,', '\n8,')),
    'empty.csv': '',
    'votes.csv':
      'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\nTraining,a,1,2,3,4,0,0,0,0,0,0\n',
  };
  let dir = '';
  const at = (name: string): string => join(dir, name);

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'fer2013-'));
    for (const [name, content] of Object.entries(files)) await writeFile(at(name), content);
  });
  afterAll(() => rm(dir, { recursive: true }));

  it.each(['fer2013.csv', 'fer2013.csv.gz', 'zipped-without-the-ending.csv'])(
    'reads %s as loadFer2013 reads its bytes',
    async (name) => {
      const dataset = await loadFer2013(at(name));
      expect(dataset).toEqual(await loadFer2013(bytesOf(text)));
      expect(await loadFer2013(pathToFileURL(at(name)))).toEqual(dataset);
    },
  );

  it('reports progress against the size of the file', async () => {
    const reports: unknown[] = [];
    await loadFer2013(at('fer2013.csv.gz'), { onProgress: (report) => reports.push(report) });
    const size = (files['fer2013.csv.gz'] as Uint8Array).length;
    expect(reports.at(-1)).toEqual({ bytes: size, totalBytes: size, rows: 60 });
  });

  it.each([
    ['missing.csv', /^loadFer2013: missing\.csv: expected a file that can be read, received ENOENT/],
    ['.', /expected a file that can be read, received a folder/],
    ['empty.csv', /^loadFer2013: empty\.csv, row 1: expected a header row, received an empty file\.$/],
    ['cut.csv.gz', /^loadFer2013: cut\.csv\.gz, row \d+: expected whole gzip data/],
    ['bad.csv', /^loadFer2013: bad\.csv, row 5, column emotion: expected a label in 0\.\.6, received "8"\./],
    ['bad.csv.gz', /^loadFer2013: bad\.csv\.gz, row 5, column emotion/],
  ])('refuses %s', async (name, message) => {
    const error = (await failureOf(loadFer2013(at(name)))) as DatasetError;
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toMatch(message);
  });

  it('refuses options that it does not know', async () => {
    await expect(loadFer2013(at('fer2013.csv'), { usage: 'Training' } as object)).rejects.toThrow(InputError);
    await expect(loadFer2013(at('fer2013.csv'), null as never)).rejects.toThrow(/an object, received null/);
    await expect(loadFerPlus(at('votes.csv'), null as never)).rejects.toThrow(/an object, received null/);
  });

  it.each(['fer2013.csv', 'fer2013.csv.gz'])('stops reading %s on a signal and throws its reason', async (name) => {
    for (const reason of ['stop', new Error('stop')]) {
      const controller = new AbortController();
      const loading = failureOf(loadFer2013(at(name), { signal: controller.signal }));
      controller.abort(reason);
      expect(await loading).toBe(reason);
    }
  });

  it.each(['fer2013.csv', 'fer2013.csv.gz', 'bad.csv', 'bad.csv.gz', 'cut.csv.gz'])(
    'closes %s finally',
    { skip: process.platform !== 'linux' },
    async (name) => {
      await loadFer2013(at(name)).catch(() => undefined);
      expect(await filesLeftOpen()).toEqual([]);
    },
  );

  it('closes a file that is still being opened at the signal', { skip: process.platform !== 'linux' }, async () => {
    const [stopping, reason] = [new AbortController(), new Error('stop')];
    opening.before = () => stopping.abort(reason);
    expect(await failureOf(loadFer2013(at('fer2013.csv'), { signal: stopping.signal }))).toBe(reason);
    opening.before = () => {};
    expect(await filesLeftOpen()).toEqual([]);
  });

  it('closes a file that cannot be read further', { skip: process.platform !== 'linux' }, async () => {
    opening.after = (file) => Object.assign(file, { read: () => Promise.reject(new Error('EIO')) });
    expect(await failureOf(loadFer2013(at('fer2013.csv')))).toHaveProperty(
      'message',
      expect.stringMatching(/received EIO/),
    );
    opening.after = () => {};
    expect(await filesLeftOpen()).toEqual([]);
  });

  async function filesLeftOpen(): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const open = await Promise.all(
      (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
    );
    expect(open.length).toBeGreaterThan(2);
    return open.filter((path) => path.startsWith(dir));
  }

  it('reads FER+ votes from a file', async () => {
    expect((await loadFerPlus(at('votes.csv'))).size).toBe(1);
    await expect(loadFerPlus(at('fer2013.csv'))).rejects.toThrow(
      /^loadFerPlus: fer2013\.csv, row 1: expected the header/,
    );
    await expect(loadFerPlus(at('none.csv'))).rejects.toThrow(DatasetError);
  });
});
