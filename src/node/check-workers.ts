import { inputError } from '../errors';
import { integer, optional, type Parser } from '../schema';
import { describe } from '../validate';

const MOST = 1024; // threads or processes of some 100 MB each; more would exhaust the memory

const module: Parser<string | URL> = (where, backend) => {
  if (typeof backend === 'string' || backend instanceof URL) return backend;
  throw inputError(where, 'a module to import', describe(backend));
};

/** The options of workers: the module of their backend, and their number. */
export const WORKERS = { backend: module, count: optional(integer({ min: 1, max: MOST })) };
