import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inputError } from '../errors';
import { describe } from '../validate';
import { parsePath } from './check-path';
import { type FolderEntry, type Platform, URL_SCHEME } from './platform';

/** See {@link Platform.listFolder}. */
export const listFolder: Platform['listFolder'] = async (folder) => {
  const [scheme] = URL_SCHEME.exec(String(folder)) ?? [];
  if (scheme && !/^file:/i.test(scheme)) {
    throw inputError(': folder', 'a path or a file: URL', describe(String(folder)), 'Download the folder first.');
  }
  const root = scheme ? fileURLToPath(folder) : parsePath(': folder', folder);
  const entries: FolderEntry[] = [];
  const below = ['']; // folders to read, with a slash at the end
  for (let prefix = below.pop(); prefix !== undefined; prefix = below.pop()) {
    for (const found of await readdir(join(root, prefix), { withFileTypes: true })) {
      const path = `${prefix}${found.name}`;
      if (found.isDirectory()) below.push(`${path}/`);
      const kind = found.isDirectory() ? 'folder' : (await isFolderLink(found, join(root, path))) ? 'link' : 'file';
      entries.push({ path, kind, source: join(root, path) });
    }
  }
  return entries;
};

async function isFolderLink(entry: { isSymbolicLink(): boolean }, path: string): Promise<boolean> {
  if (!entry.isSymbolicLink()) return false;
  try {
    await readdir(path);
    return true;
  } catch {
    return false; // a file, or a link that leads nowhere, which cannot be read as one
  }
}
