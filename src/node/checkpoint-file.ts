import { readFile } from 'node:fs/promises';
import type { CheckpointStore } from '../train/checkpoint-store';
import { FerError } from '../errors';
import { parsePath } from '../platform/check-path';
import { writeFiles } from '../platform/node-write';

/**
 * Creates a checkpoint store in a file. A new checkpoint is written to a temporary file, flushed to disk and renamed, so that a complete
 * checkpoint exists at any time.
 *
 * @param path The file; its folder is created if needed.
 * @returns The store for `checkpoint.store` of `train`.
 * @throws InputError if the path is not valid; during training FerError with the file system's reason, if the file cannot be read or
 *   written. The old checkpoint is kept then.
 * @example
 * ```ts
 * await train(model, dataset, { epochs: 30, checkpoint: { store: fileCheckpoint('runs/deep/checkpoint.bin') } });
 * ```
 */
export function fileCheckpoint(path: string): CheckpointStore {
  parsePath('fileCheckpoint: path', path);
  return {
    async read() {
      try {
        return await readFile(path);
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        if (code === 'ENOENT') return undefined;
        throw new FerError({ where: path, expected: 'a checkpoint that can be read', received: message, cause });
      }
    },
    write: (bytes) => writeFiles({ [path]: bytes }),
  };
}
