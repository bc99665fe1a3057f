import { FerError } from 'fer-cnn';

/**
 * Runs a program. A mistake that its user can mend (an error of fer-cnn, of the file system or of the example itself) ends it
 * with one line and status 1; any other error is a fault and is shown with its stack.
 */
export async function main(program: () => Promise<void>): Promise<void> {
  process.stdout.on('error', () => process.exit()); // as when it is piped to head
  try {
    await program();
  } catch (error) {
    const canBeMended = error instanceof FerError || (error as Error).constructor === Error;
    console.error(canBeMended ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
