import { type Command, CommanderError } from 'commander';
import { FerError } from 'fer-cnn';

/** Exit codes of the program. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A command line that does not fit the command, found after it was parsed. */
export class UsageError extends Error {}

/** Ctrl-C ended a command, which saved what it had. */
class Interrupted extends Error {}

/**
 * Runs a command line. Errors that a user can fix print one line; any other is a bug and prints its stack.
 *
 * @param program The program or one of its commands.
 * @param args The arguments after the name of the program.
 */
export async function run(program: Command, args: readonly string[]): Promise<number> {
  process.exitCode = undefined;
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.ok); // a command that continues after a failure sets it
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof UsageError || error instanceof Interrupted) {
      warn(error.message);
      return error instanceof UsageError ? EXIT.usage : EXIT.interrupted;
    }
    const fixable = error instanceof FerError || isSystemError(error) || (error as Error)?.constructor === Error;
    warn(fixable ? (error as Error).message : String((error as Error)?.stack ?? error));
    return EXIT.failed;
  }
}

/** Whether the file system or network access failed for something. */
const isSystemError = (error: unknown): boolean => typeof (error as NodeJS.ErrnoException | null)?.code === 'string';

/** Prints a line of results. Not by `console.log`, which hides that the disk is full. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Prints a line about the run, which does not belong to the results. */
export function warn(text: string): void {
  process.stderr.write(`${text}\n`);
}

/**
 * A signal that Ctrl-C aborts, while a command runs. A second Ctrl-C ends the process at once.
 *
 * @throws Interrupted after Ctrl-C.
 */
export async function interruptible<T>(message: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const abort = () => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    warn('Stopping. Press Ctrl-C again to exit at once.');
    stop.abort(new Interrupted(message));
  };
  process.on('SIGINT', abort);
  try {
    return await work(stop.signal);
  } finally {
    process.off('SIGINT', abort);
  }
}
