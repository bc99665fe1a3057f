import { createHash, randomUUID } from 'node:crypto';
import { renameSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FerError } from '../errors';
import { describe } from '../validate';
import { lockFolder } from './node-lock';
import { makeFolder } from './make-folder';

/**
 * Writes files, each completely or not at all. All files are written to temporary names beside their destinations and flushed to the
 * disk; then they are renamed, in the given order and while no other process does: of two calls for the same files, all files of one call
 * are there at the end. If the disk is full or a folder is not writable, the old files are left unchanged. If a rename fails, for instance
 * because a folder has the name of the file, the files before it are already replaced.
 *
 * @param files Path and new content of each; folders are made if needed.
 * @throws FerError that names the file, gives the file system's reason, with its error as `cause`, and says which files are new.
 */
export async function writeFiles(files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  const partials = new Map<string, string>(); // by path
  const renamed: string[] = [];
  let current = '';
  try {
    for (const [path, content] of Object.entries(files)) {
      current = path;
      await makeFolder(dirname(path));
      await removeAbandoned(path);
      const partial = join(dirname(path), `${stemOf(path)}.${process.pid}-${randomUUID()}.partial`);
      partials.set(path, partial);
      await writeFlushed(partial, content);
    }
    const unlock = partials.size > 1 ? await lockFolder(dirname(current)) : undefined;
    try {
      for (const [path, partial] of partials) {
        current = path;
        renameSync(partial, path); // all in one turn of the event loop, which other calls of this process do not interrupt
        renamed.push(path);
      }
    } finally {
      unlock?.();
    }
  } catch (cause) {
    for (const partial of partials.values()) await rm(partial, { force: true });
    throw writeError(current, renamed, cause);
  }
}

const LONGEST_STEM = 180; // bytes; file systems take names of 255 bytes

/** How the temporary names of a file begin: with its own name, or a hash of it if that is too long. */
function stemOf(path: string): string {
  const name = basename(path);
  return Buffer.byteLength(name) <= LONGEST_STEM ? name : createHash('sha256').update(name).digest('hex');
}

async function writeFlushed(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Removes what processes left that were killed while they wrote this file. */
async function removeAbandoned(path: string): Promise<void> {
  const start = `${stemOf(path)}.`;
  for (const name of await readdir(dirname(path))) {
    const pid = name.startsWith(start) && /^(\d+)(-[\da-f-]{36})?\.partial$/.exec(name.slice(start.length))?.[1];
    if (pid && !isRunning(Number(pid))) await rm(join(dirname(path), name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0); // signal 0 only looks
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function writeError(path: string, renamed: readonly string[], cause: unknown): FerError {
  return new FerError({
    where: path,
    expected: 'a file that can be written',
    received: cause instanceof Error ? cause.message : describe(cause),
    remedy:
      renamed.length === 0
        ? 'Existing files were left unchanged.'
        : `Already replaced: ${renamed.join(', ')}. Write all files again.`,
    cause,
  });
}
