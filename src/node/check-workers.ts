import { inputError } from '../errors';
import { checkInteger, describe } from '../validate';

const MOST = 1024; // threads or processes of some 100 MB each; more would exhaust the memory

/**
 * Throws unless the options of workers have a module to import and a valid number of workers.
 *
 * @param where The options, for the message.
 * @throws InputError
 */
export function checkWorkers(where: string, { backend, count = 1 }: { backend: unknown; count?: unknown }): void {
  if (typeof backend !== 'string' && !(backend instanceof URL)) {
    throw inputError(`${where}.backend`, 'a module to import', describe(backend));
  }
  checkInteger(`${where}.count`, count, { min: 1, max: MOST });
}
