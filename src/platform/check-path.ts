import { inputError } from '../errors';
import { describe } from '../validate';

/**
 * Throws unless a value can name a file: whatever else is given would be turned into a text, and a file of that name be written.
 *
 * @param where The argument, for the message.
 * @param path Should be a text that is not empty.
 * @throws InputError
 */
export function checkPath(where: string, path: unknown): asserts path is string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return;
  throw inputError(where, 'a path', describe(path));
}
