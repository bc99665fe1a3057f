import { inputError } from '../errors';
import { describe } from '../validate';

/**
 * Throws unless an object of another package, or of the caller, has the method that is called later.
 *
 * @param where The argument, for the message.
 * @param value Should have it.
 * @param method Its name.
 * @param expected What the object should be, in words.
 * @param remedy What to do.
 * @throws {@link InputError}
 */
export function checkMethod(where: string, value: unknown, method: string, expected: string, remedy?: string): void {
  if (typeof (value as Record<string, unknown> | null | undefined)?.[method] === 'function') return;
  throw inputError(where, expected, describe(value), remedy);
}
