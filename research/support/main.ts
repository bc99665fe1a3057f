import { FerError } from 'fer-cnn';

/**
 * Runs a program. An error that its user can fix (one of fer-cnn, of the file system or of the program itself) ends it with one line and
 * status 1; any other error is a bug and is shown with its stack.
 */
export async function main(program: () => Promise<void>): Promise<void> {
  try {
    await program();
  } catch (error) {
    const fixable = error instanceof FerError || (error as Error).constructor === Error;
    console.error(fixable ? (error as Error).message : error);
    process.exitCode = 1;
  }
}
