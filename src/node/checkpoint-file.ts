import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckpointStore } from '../train/checkpoint';

/**
 * A checkpoint store in a file. A new checkpoint is written beside the old one, flushed to the disk, and renamed over it, so that
 * at every moment, whatever happens, one of the two is there whole.
 *
 * @param path The file; its folder is made if needed.
 * @returns The store for `train`'s `checkpoint.store`.
 * @throws The file system's error on reading or writing, with the old checkpoint left as it was.
 * @example
 * ```ts
 * await train(model, data, { epochs: 30, checkpoint: { store: fileCheckpoint('runs/deep/checkpoint.bin') } });
 * ```
 */
export function fileCheckpoint(path: string): CheckpointStore {
  return {
    async read() {
      try {
        return await readFile(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: (bytes) => writeWhole(path, bytes),
  };
}

/**
 * Writes a file whole or not at all: to a temporary name in the same folder, flushed, then renamed.
 *
 * @param path The file; its folder is made if needed.
 * @param content Its new content.
 */
export async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
