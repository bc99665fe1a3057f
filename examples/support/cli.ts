import { Command, InvalidArgumentError } from 'commander';

/** A command line named after its npm script. */
export function cli(script: string, description: string): Command {
  return new Command(`npm run ${script} --`).description(description).showHelpAfterError();
}

/** Parses an option that is a whole number of at least 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new InvalidArgumentError('expected a whole number of at least 0.');
  return value;
}
