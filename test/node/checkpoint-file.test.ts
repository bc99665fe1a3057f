import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileCheckpoint } from '../../src/node/checkpoint-file';

describe('a checkpoint in a file', () => {
  let dir = '';
  beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'fer-cnn-'))));
  afterEach(() => rm(dir, { recursive: true }));

  it('is undefined before the first write and then the last one written, with nothing else left', async () => {
    const store = fileCheckpoint(join(dir, 'run', 'checkpoint.bin'));
    expect(await store.read()).toBeUndefined();
    await store.write(Uint8Array.of(1));
    await store.write(Uint8Array.of(2, 3));
    expect([...(await store.read())!]).toEqual([2, 3]);
    expect(await readdir(join(dir, 'run'))).toEqual(['checkpoint.bin']);
  });

  it('keeps the old one if the new one cannot be written', async () => {
    const store = fileCheckpoint(join(dir, 'file', 'checkpoint.bin'));
    await writeFile(join(dir, 'file'), 'not a folder');
    await expect(store.write(Uint8Array.of(1))).rejects.toThrow();
    expect(await readdir(dir)).toEqual(['file']);
    await expect(fileCheckpoint(dir).read()).rejects.toThrow(/EISDIR/);
  });
});
