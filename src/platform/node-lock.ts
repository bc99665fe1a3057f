import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE = 5; // milliseconds between attempts

/** Milliseconds after which a lock that stays the same is one of a killed process: files are renamed within a few. */
const PATIENCE = 5000;

/**
 * Waits until no other process has locked a folder, and locks it.
 *
 * @param folder The folder.
 * @returns A function that unlocks it. Call it in the same turn of the event loop, so that nobody waits for long.
 * @throws The file system's error.
 */
export async function lockFolder(folder: string): Promise<() => void> {
  const file = join(folder, '.fer-cnn.lock');
  const unlock = () => rmSync(file, { force: true });
  let holder: string | undefined;
  let since = 0;
  while (!create(file)) {
    const found = contentOf(file);
    if (found !== holder) [holder, since] = [found, performance.now()];
    if (performance.now() - since < PATIENCE) await sleep(PAUSE);
    else if (contentOf(file) === holder) unlock();
  }
  return unlock;
}

/** Creates a lock with content of its own; false if there is one. */
function create(file: string): boolean {
  try {
    writeFileSync(file, randomUUID(), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    rmSync(file, { force: true }); // created, but the disk is full
    throw error;
  }
}

/** The content of a lock; empty if it is gone. */
function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
