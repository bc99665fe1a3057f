import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/platform/make-folder';

describe('makeFolder', () => {
  let root = '';
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'fer-cnn-folder-'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('makes what is missing, also when several do so at once', async () => {
    const path = join(root, 'a/b/c');
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
    await makeFolder(path);
    expect((await stat(path)).isDirectory()).toBe(true);
  });

  it('fails where a file is in the way, and leaves it', async () => {
    const file = join(root, 'file');
    await writeFile(file, 'here');
    await expect(makeFolder(file)).rejects.toThrow('EEXIST');
    await expect(makeFolder(join(file, 'below'))).rejects.toThrow('EEXIST');
    expect((await stat(file)).size).toBe(4);
  });

  it.skipIf(!existsSync('/proc/self'))('fails on a file system that takes no folders', async () => {
    await expect(makeFolder('/proc/fer-cnn/models')).rejects.toThrow("mkdir '/proc/fer-cnn'");
  });
});
