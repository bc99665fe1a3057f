#!/usr/bin/env node
import { program } from './program';
import { EXIT, run } from './run';

/** Exits with an error if the output cannot be written, for instance to a closed pipe or a full disk. */
function outputFailed(error: Error): never {
  try {
    process.stderr.write(`fer-cnn: the output could not be written: ${error.message}\n`);
  } catch {
    // stderr is closed too
  }
  process.exit(EXIT.failed);
}
process.stdout.on('error', outputFailed);

process.exitCode = await run(program(), process.argv.slice(2));
