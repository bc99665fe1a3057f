import { open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FerError } from '../errors';
import { describe } from '../validate';
import { makeFolder } from './make-folder';

/**
 * Writes files, each whole or not at all. All are written to temporary names beside their places and flushed to the disk, and only when
 * every one is there they are renamed, in the order given: when the disk is full or a folder may not be written to, the old files stay
 * as they were. Should a later renaming fail, for instance because a folder stands in the file's place, those before it are new.
 *
 * @param files Path and new content of each; folders are made if needed.
 * @throws FerError that names the file, gives the file system's reason, with its error as `cause`, and says which files are new.
 */
export async function writeFiles(files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  const written: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    await attempt(path, [], async () => {
      await makeFolder(dirname(path));
      await removeAbandoned(path);
      written.push(path);
      await writeFlushed(partialOf(path), content);
    }).catch((error) => giveUp(error, written));
  }
  for (const [i, path] of written.entries()) {
    const renamed = written.slice(0, i);
    await attempt(path, renamed, () => rename(partialOf(path), path)).catch((error) => giveUp(error, written));
  }
}

const partialOf = (path: string): string => `${path}.${process.pid}.partial`;

async function writeFlushed(path: string, content: Uint8Array | string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function giveUp(error: unknown, written: readonly string[]): Promise<never> {
  for (const path of written) await rm(partialOf(path), { force: true });
  throw error;
}

/** Removes what processes left that were killed while they wrote this file. */
async function removeAbandoned(path: string): Promise<void> {
  const start = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    const pid = name.startsWith(start) && /^(\d+)\.partial$/.exec(name.slice(start.length))?.[1];
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

async function attempt<T>(path: string, renamed: readonly string[], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new FerError({
      where: path,
      expected: 'a file that can be written',
      received: cause instanceof Error ? cause.message : describe(cause),
      remedy:
        renamed.length === 0
          ? 'What was there before is as it was.'
          : `New already: ${renamed.join(', ')}. Write all of them again.`,
      cause,
    });
  }
}
