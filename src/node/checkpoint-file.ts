import { readFile } from 'node:fs/promises';
import type { CheckpointStore } from '../train/checkpoint';
import { writeFiles } from './write-files';

/**
 * A checkpoint store in a file. A new checkpoint is written beside the old one, flushed to the disk, and renamed over it, so that
 * at every moment, whatever happens, one of the two is there whole.
 *
 * @param path The file; its folder is made if needed.
 * @returns The store for `train`'s `checkpoint.store`.
 * @throws FerError if it cannot be written, with the file system's reason and the old checkpoint left as it was; the file system's error if
 *   it is there and cannot be read.
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
    write: (bytes) => writeFiles({ [path]: bytes }),
  };
}
