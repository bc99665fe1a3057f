import { createRequire } from 'node:module';
import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Resolves a module for the import in a worker. */
export function moduleUrl(module: string | URL): string {
  if (module instanceof URL || /^(file|node|data):/.test(module)) return String(module);
  if (isAbsolute(module) || /^\.\.?\//.test(module)) return pathToFileURL(resolve(module)).href;
  try {
    return pathToFileURL(createRequire(join(process.cwd(), 'here.js')).resolve(module)).href;
  } catch {
    return module; // the worker reports the failure
  }
}
