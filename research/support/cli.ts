import { Command } from 'commander';

/** The command line of a program of this repository. */
export function cli(path: string, description: string): Command {
  return new Command(`npx tsx ${path}`).description(description).showHelpAfterError();
}
