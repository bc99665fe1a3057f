import { listFolder } from '#platform';
import { InputError, inputError, reasonOf } from '../errors';
import type { FolderEntry } from '../platform/platform';
import { describe } from '../validate';
import { faultsIn } from './fault';

/**
 * A folder: a path in Node; in browsers the files of `<input type="file" webkitdirectory>` or a handle of `showDirectoryPicker()`.
 */
export type ImageFolder = string | URL | FileSystemDirectoryHandle | Iterable<File>;

/**
 * Lists the entries of a folder recursively, without hidden ones.
 *
 * @returns The entries, sorted by the code points of their paths.
 * @throws InputError if it is not a folder; DatasetError if it cannot be read.
 */
export async function entriesOf(folder: ImageFolder): Promise<FolderEntry[]> {
  const entries = await listAny(folder);
  const isHidden = ({ path }: FolderEntry) =>
    path.split('/').some((name) => name.startsWith('.') || name === '__MACOSX');
  return entries.filter((entry) => !isHidden(entry)).sort((a, b) => compareText(a.path, b.path));
}

/** The name of a folder, for messages. */
export function folderName(folder: ImageFolder): string | undefined {
  if (typeof folder === 'string' || folder instanceof URL) return String(folder);
  return 'kind' in folder ? folder.name : undefined;
}

async function listAny(folder: ImageFolder): Promise<FolderEntry[]> {
  if (typeof folder === 'string' || folder instanceof URL) {
    try {
      return await listFolder(folder);
    } catch (cause) {
      if (cause instanceof InputError) throw cause;
      throw faultsIn('', String(folder))({ expected: 'a folder', received: reasonOf(cause), cause });
    }
  }
  if ((folder as FileSystemHandle | null)?.kind === 'directory') return walk(folder as FileSystemDirectoryHandle, '');
  if (typeof (folder as Iterable<File> | null)?.[Symbol.iterator] === 'function') {
    return Array.from(folder as Iterable<File>, (file) => entryOf(file));
  }
  throw inputError(': folder', 'a path, a directory handle or the files of a folder', describe(folder));
}

async function walk(folder: FileSystemDirectoryHandle, prefix: string): Promise<FolderEntry[]> {
  const entries: FolderEntry[] = [];
  for await (const [name, handle] of folder.entries()) {
    const path = prefix + name;
    if (handle.kind === 'file') {
      entries.push({ path, kind: 'file', source: await (handle as FileSystemFileHandle).getFile() });
    } else {
      entries.push({ path, kind: 'folder', source: '' });
      entries.push(...(await walk(handle as FileSystemDirectoryHandle, `${path}/`)));
    }
  }
  return entries;
}

/** The entry of a file from a directory input, whose path begins with the name of the folder. */
function entryOf(file: File): FolderEntry {
  const path = file instanceof Blob ? file.webkitRelativePath : '';
  if (path) return { path: path.slice(path.indexOf('/') + 1), kind: 'file', source: file };
  const remedy = 'Add the attribute webkitdirectory to the input.';
  throw inputError(': folder', 'files with a webkitRelativePath', describe(file), remedy);
}

/** Compares strings by code points, not UTF-16 code units. */
export function compareText(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, i) => character !== right[i]);
  if (at < 0) return left.length - right.length;
  return (left[at]!.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}
