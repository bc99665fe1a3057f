import { inputError } from '../errors';
import { checkInteger, describe } from '../validate';

const MOST = 1024; // threads or processes of some 100 MB each; more is a slip, and would take the machine down before any error

/**
 * Throws unless options of workers name a module that registers a backend and, if they give it, a number of workers.
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
