import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isImagePath } from '../data/folder-images';

/**
 * One of several equal parts of a folder, for one of several machines.
 *
 * @example
 * ```ts
 * const shard: Shard = { index: 0, count: 4 }; // the first of four machines
 * const workers = { backend: '@tensorflow/tfjs-backend-wasm' };
 * await classifyFolder('photos', { out: 'results-0.jsonl', workers, shard });
 * ```
 */
export interface Shard {
  /** Which part, 0..count - 1. */
  readonly index: number;
  /** How many parts there are, at least 1. */
  readonly count: number;
}

/**
 * Walks through a folder and all below it, one folder in memory at a time.
 *
 * @param dir The folder. Links to folders are not followed; files and folders whose name begins with a dot are left out.
 * @param shard Which part of the pictures is wanted. A picture's part follows from its path alone.
 * @param below Path below the folder where to begin, with a slash at its end.
 * @returns Paths of pictures below the folder, with slashes, in the order of their names.
 * @throws The file system's error if a folder cannot be read.
 */
export async function* walkPictures(dir: string, shard: Shard, below = ''): AsyncGenerator<string> {
  const entries = await readdir(join(dir, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = `${below}${entry.name}`;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) yield* walkPictures(dir, shard, `${path}/`);
    else if (isImagePath(path) && shardOf(path, shard.count) === shard.index) yield path;
  }
}

/** The part that a path belongs to: FNV-1a over its UTF-8 bytes (Fowler, Noll and Vo), modulo the number of parts. */
function shardOf(path: string, count: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(path)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % count;
}
