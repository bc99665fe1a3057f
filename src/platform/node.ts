import { fileURLToPath } from 'node:url';
import { inputError, reasonOf } from '../errors';
import { openFile } from './node-open';
import { writeFiles as writePaths } from './node-write';
import { type Platform, URL_SCHEME } from './platform';

export { decodeImage } from './node-decode';
export { listFolder } from './node-folder';
export { gunzip } from './node-gunzip';
export { streamOf } from './node-blob';

/** `#platform` of Node, Deno and Bun; see {@link Platform}. */
export const open: Platform['open'] = async (source, signal) => {
  const url = locate(source);
  if (typeof url === 'string') return openFile(url);
  return url.protocol === 'file:' ? openFile(fileURLToPath(url)) : fetch(url, signal ? { signal } : {});
};

/** See {@link Platform.locate}. */
export const locate: Platform['locate'] = (source) =>
  typeof source === 'string' && !URL_SCHEME.test(source) ? source : new URL(source);

/** See {@link Platform.writeFiles}. */
export const writeFiles: Platform['writeFiles'] = (files) =>
  writePaths(Object.fromEntries(Object.entries(files).map(([place, content]) => [pathOf(place), content])));

function pathOf(place: string): string {
  try {
    const url = locate(place);
    return typeof url === 'string' ? url : fileURLToPath(url);
  } catch (cause) {
    throw inputError(place, 'a file: URL of this machine', reasonOf(cause));
  }
}
