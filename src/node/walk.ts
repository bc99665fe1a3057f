import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hash } from '../data/copies';
import { isImagePath } from '../data/folder-images';

/** One of several equal parts of a folder. */
export interface Shard {
  /** The index of the part, 0..count - 1. */
  readonly index: number;
  /** The number of parts, at least 1. */
  readonly count: number;
}

/** What {@link walkPictures} does with files that are not images. */
export type OnOther = (path: string) => void;

/**
 * Walks a folder recursively, with one folder in memory at a time.
 *
 * @param dir The folder. Links to folders, and names that begin with a dot, are ignored.
 * @param shard The part of the images to return. It depends only on the path of an image.
 * @param onOther Called with the relative path of each other file, and of each link to a folder, of the same part.
 * @param below The relative path to begin at, with a trailing slash.
 * @returns The relative paths of images with slashes, sorted by name.
 * @throws The file system's error if a folder cannot be read.
 */
export async function* walkPictures(dir: string, shard: Shard, onOther?: OnOther, below = ''): AsyncGenerator<string> {
  const entries = await readdir(join(dir, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = `${below}${entry.name}`;
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) yield* walkPictures(dir, shard, onOther, `${path}/`);
    else if (shardOf(path, shard.count) !== shard.index) continue;
    else if (isImagePath(path)) yield path;
    else onOther?.(path);
  }
}

/** The part that a path belongs to: FNV-1a over its UTF-8 bytes (Fowler, Noll and Vo), modulo the number of parts. */
function shardOf(path: string, count: number): number {
  return (hash(Buffer.from(path)) >>> 0) % count;
}
