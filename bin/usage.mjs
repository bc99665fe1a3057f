import { parseArgs } from 'node:util';

/** The command line is not what the command takes. */
export class UsageError extends Error {}

/**
 * Options and other arguments of a command line.
 * @param {string[]} args What follows the name of the command.
 * @param {import('node:util').ParseArgsConfig['options']} options The options that there are.
 */
export function parse(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
