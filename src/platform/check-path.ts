import { inputError } from '../errors';
import type { Parser } from '../schema';
import { describe } from '../validate';

/** A path: a string that is not empty and has no null characters, for which `node:fs` throws errors of its own. */
export const parsePath: Parser<string> = (where, path) => {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  throw inputError(where, 'a path', describe(path));
};
