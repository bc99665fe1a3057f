import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FerError } from '../../src/errors';
import { writeFiles } from '../../src/platform/node-write';

describe('writeFiles', () => {
  let dir = '';
  beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'fer-cnn-write-'))));
  afterEach(() => rm(dir, { recursive: true }));

  const at = (name: string) => join(dir, name);

  it('writes all files before it replaces one: a fault in the last leaves the first as it was', async () => {
    await writeFiles({ [at('a')]: 'old', [at('b')]: 'old' });
    await mkdir(at('c'));
    const writing = writeFiles({ [at('a')]: 'new', [at('b')]: 'new', [join(at('a'), 'below-a-file')]: 'new' });
    await expect(writing).rejects.toThrow(FerError);
    expect(await readFile(at('a'), 'utf8')).toBe('old');
    expect(await readFile(at('b'), 'utf8')).toBe('old');
    expect((await readdir(dir)).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it('says which files are new when a later one cannot take its place', async () => {
    await writeFiles({ [at('a')]: 'old' });
    await mkdir(at('b'));
    const writing = writeFiles({ [at('a')]: 'new', [at('b')]: 'new', [at('c')]: 'new' });
    await expect(writing).rejects.toMatchObject({
      where: at('b'),
      message: expect.stringMatching(/Already replaced: \S+a\. Write all files again\.$/),
    });
    expect(await readFile(at('a'), 'utf8')).toBe('new');
    expect((await readdir(dir)).toSorted()).toEqual(['a', 'b']);
  });

  it('names the file, the reason of the system and its error', async () => {
    await writeFile(at('file'), '');
    await expect(writeFiles({ [join(at('file'), 'x')]: '' })).rejects.toMatchObject({
      where: join(at('file'), 'x'),
      message: expect.stringMatching(
        /expected a file that can be written, received E\w+: .*\. Existing files were left/,
      ),
      cause: { code: expect.stringMatching(/^E/) },
    });
  });

  it.skipIf(process.getuid?.() === 0 || process.platform === 'win32')(
    'leaves the old file whole in a folder that may not be written to (skipped for root, who may)',
    async () => {
      await writeFiles({ [at('a')]: 'old' });
      await chmod(dir, 0o555);
      try {
        await expect(writeFiles({ [at('a')]: 'new' })).rejects.toThrow(/EACCES: permission denied/);
        expect(await readFile(at('a'), 'utf8')).toBe('old');
      } finally {
        await chmod(dir, 0o755);
      }
    },
  );

  it('removes what a killed process left of the same file, and nothing else', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']); // has ended, so its number is free
    const others = [`a.${process.ppid}.partial`, `b.${pid}.partial`, 'a.txt.partial', `a.${pid}.partial.txt`];
    for (const name of [`a.${pid}.partial`, ...others]) await writeFile(at(name), '');
    await writeFiles({ [at('a')]: 'new' });
    expect((await readdir(dir)).toSorted()).toEqual(['a', ...others].toSorted());
  });

  it('keeps files apart that are written to one place at the same time: all files of one call win', async () => {
    const contents = Array.from({ length: 20 }, (_, i) => String(i).repeat(100_000 - 4_000 * i));
    for (let round = 0; round < 3; round++) {
      await Promise.all(contents.map((text) => writeFiles({ [at('a')]: text, [at('b')]: text, [at('c')]: text })));
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => readFile(at(name), 'utf8')));
      expect(contents.includes(a!)).toBe(true);
      expect([b === a, c === a]).toEqual([true, true]);
    }
    expect((await readdir(dir)).toSorted()).toEqual(['a', 'b', 'c']);
  });

  it(
    'keeps files of several processes apart, and waits for no lock of a killed one for long',
    { timeout: 120_000 },
    async () => {
      await writeFile(at('.fer-cnn.lock'), 'left behind');
      const writer = fileURLToPath(new URL('node-write.program.ts', import.meta.url));
      const writers = ['1', '2', '3'].map((text) =>
        spawn(process.execPath, ['--import', 'tsx', writer, dir, text, '20']),
      );
      const ends = await Promise.all(writers.map((child) => once(child, 'exit')));
      expect(ends.map(([code]) => code)).toEqual([0, 0, 0]); // after each round all looked alike
      expect((await readdir(dir)).toSorted()).toEqual(['a', 'b', 'c']);
    },
  );

  it.each(['x'.repeat(255), 'ü'.repeat(127)])(
    'writes to a name of as many bytes as file systems take',
    async (name) => {
      await writeFiles({ [at(name)]: 'old' });
      await writeFiles({ [at(name)]: 'new' });
      expect(await readFile(at(name), 'utf8')).toBe('new');
      expect(await readdir(dir)).toEqual([name]);
    },
  );
});
