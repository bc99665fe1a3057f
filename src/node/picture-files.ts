import { readdir } from 'node:fs/promises';
import { extname, sep } from 'node:path';
import { faultsIn } from '../data/fault';
import { NO_USAGE } from '../data/usage';
import type { DatasetError } from '../errors';
import { labelFromName, USAGES } from '../labels';

/** A picture file whose folders tell what it shows. */
export interface PictureFile {
  /** Path below the folder that was searched, with slashes. */
  path: string;
  /** Label, 0..6. */
  label: number;
  /** Position in `USAGES`, or `NO_USAGE`. */
  usage: number;
}

const WHERE = 'loadImageFolder';
const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.avif', '.tif', '.tiff']);
const SPLIT_NAMES: readonly (readonly string[])[] = [
  ['train', 'training'],
  ['val', 'valid', 'validation', 'public', 'publictest'],
  ['test', 'testing', 'private', 'privatetest'],
];

/**
 * Finds the pictures in a folder's class folders, which may stand below folders of splits.
 *
 * @param dir The folder.
 * @param reject Takes the error for a folder that is named by no class.
 * @returns The pictures by split, class and path.
 * @throws DatasetError if the folder cannot be read; what `reject` throws.
 */
export async function findPictures(dir: string, reject: (error: DatasetError) => void): Promise<PictureFile[]> {
  const pictures: PictureFile[] = [];
  const strange = new Set<string>();
  for (const path of await listFiles(dir)) {
    const segments = path.split(sep);
    if (!isPicturePath(path) || segments.some((name) => name.startsWith('.'))) continue;
    const usage = usageOfFolder(segments[0]!);
    const depth = usage === NO_USAGE ? 0 : 1;
    const label = depth < segments.length - 1 ? labelFromName(segments[depth]!) : undefined;
    if (label !== undefined) pictures.push({ path: segments.join('/'), label, usage });
    else strange.add(segments.slice(0, Math.min(depth + 1, segments.length - 1)).join('/'));
  }
  for (const folder of [...strange].sort()) {
    const received = folder === '' ? 'pictures outside of any folder' : JSON.stringify(folder);
    reject(faultsIn(WHERE, folder || '.')({ expected: 'folders named like one of the seven emotions', received }));
  }
  return pictures.sort((a, b) => a.usage - b.usage || a.label - b.label || (a.path < b.path ? -1 : 1));
}

/** Whether a path has the ending of a picture that can be decoded. */
export function isPicturePath(path: string): boolean {
  return EXTENSIONS.has(extname(path).toLowerCase());
}

async function listFiles(dir: string): Promise<string[]> {
  try {
    return await readdir(dir, { recursive: true });
  } catch (cause) {
    const received = cause instanceof Error ? `the failure "${cause.message}"` : String(cause);
    throw faultsIn(WHERE, dir)({ expected: 'a folder', received, cause });
  }
}

function usageOfFolder(name: string): number {
  const plain = name.toLowerCase().replace(/[\s._-]/g, '');
  const index = SPLIT_NAMES.findIndex((names) => names.includes(plain));
  return index in USAGES ? index : NO_USAGE;
}
