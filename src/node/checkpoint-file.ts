import { readFile } from 'node:fs/promises';
import type { CheckpointStore } from '../train/state';
import { FerError } from '../errors';
import { checkPath } from '../platform/check-path';
import { writeFiles } from '../platform/node-write';

/**
 * A checkpoint store in a file. A new checkpoint is written beside the old one, flushed to the disk, and renamed over it, so that
 * at every moment, whatever happens, one of the two is there whole.
 *
 * @param path The file; its folder is made if needed.
 * @returns The store for `train`'s `checkpoint.store`.
 * @throws InputError if the path is none; later FerError with the file system's reason, if the file cannot be written, with the old
 *   checkpoint left as it was, or is there and cannot be read.
 * @example
 * ```ts
 * await train(model, dataset, { epochs: 30, checkpoint: { store: fileCheckpoint('runs/deep/checkpoint.bin') } });
 * ```
 */
export function fileCheckpoint(path: string): CheckpointStore {
  checkPath('fileCheckpoint: path', path);
  return {
    async read() {
      try {
        return await readFile(path);
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        if (code === 'ENOENT') return undefined;
        const received = `the failure "${message}"`;
        throw new FerError({ where: path, expected: 'a checkpoint that can be read', received, cause });
      }
    },
    write: (bytes) => writeFiles({ [path]: bytes }),
  };
}
