#!/usr/bin/env node
import { program } from './program';
import { EXIT, run } from './run';

/** A reader that went away, a full disk: results are lost, so the program must not end as if all were well. */
function outputFailed(error: Error): never {
  try {
    process.stderr.write(`fer-cnn: the output could not be written: ${error.message}\n`);
  } catch {
    // there is nobody to tell
  }
  process.exit(EXIT.failed);
}
process.stdout.on('error', outputFailed);

process.exitCode = await run(program(), process.argv.slice(2));
