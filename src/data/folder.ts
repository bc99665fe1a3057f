import { listFolder } from '#platform';
import { InputError, inputError, reasonOf } from '../errors';
import type { FolderEntry } from '../platform/platform';
import { describe } from '../validate';
import { faultsIn } from './fault';

/**
 * A folder: its path in Node; in a browser the files of `<input type="file" webkitdirectory>`, or a handle of `showDirectoryPicker()`.
 *
 * @example
 * ```ts
 * const folders: ImageFolder[] = ['data/faces', fileInput.files, await showDirectoryPicker()];
 * ```
 */
export type ImageFolder = string | URL | FileSystemDirectoryHandle | Iterable<File>;

/**
 * Lists a folder in any form.
 *
 * @param where The function that was called, for messages.
 * @param folder The folder.
 * @returns All entries below it by their path, in the order of the paths' code points; hidden ones are left out.
 * @throws InputError if it is no folder; DatasetError if it cannot be read.
 */
export async function entriesOf(where: string, folder: ImageFolder): Promise<FolderEntry[]> {
  const entries = await listAny(where, folder);
  const isHidden = ({ path }: FolderEntry) =>
    path.split('/').some((name) => name.startsWith('.') || name === '__MACOSX');
  return entries.filter((entry) => !isHidden(entry)).sort((a, b) => compareText(a.path, b.path));
}

/** The name of a folder, for messages. */
export function folderName(folder: ImageFolder): string | undefined {
  if (typeof folder === 'string' || folder instanceof URL) return String(folder);
  return 'kind' in folder ? folder.name : undefined;
}

async function listAny(where: string, folder: ImageFolder): Promise<FolderEntry[]> {
  if (typeof folder === 'string' || folder instanceof URL) {
    try {
      return await listFolder(folder);
    } catch (cause) {
      if (cause instanceof InputError) throw cause;
      const received = `the failure "${reasonOf(cause)}"`;
      throw faultsIn(where, String(folder))({ expected: 'a folder', received, cause });
    }
  }
  if ((folder as FileSystemHandle | null)?.kind === 'directory') return walk(folder as FileSystemDirectoryHandle, '');
  if (typeof (folder as Iterable<File> | null)?.[Symbol.iterator] === 'function') {
    return Array.from(folder as Iterable<File>, (file) => entryOf(where, file));
  }
  throw inputError(`${where}: folder`, 'a path, a directory handle or the files of a folder', describe(folder));
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

/** A file of a folder that a page's visitor chose; its path begins with the folder's own name. */
function entryOf(where: string, file: File): FolderEntry {
  const path = file instanceof Blob ? file.webkitRelativePath : '';
  if (path) return { path: path.slice(path.indexOf('/') + 1), kind: 'file', source: file };
  const remedy = 'Let the input have the attribute webkitdirectory.';
  throw inputError(`${where}: folder`, 'files with a webkitRelativePath', describe(file), remedy);
}

/** Compares by code points, not by UTF-16 units. */
export function compareText(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const at = left.findIndex((character, i) => character !== right[i]);
  if (at < 0) return left.length - right.length;
  return (left[at]!.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? -1);
}
