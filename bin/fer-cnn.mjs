#!/usr/bin/env node
import { BUNDLED_MODELS, FerError } from 'fer-cnn';
import { exportBundledWeights } from 'fer-cnn/node';

const USAGE = `Usage: fer-cnn export-weights NAME DIRECTORY

Writes bundled weights as model.json, weights.bin and card.json, to be served as files.
NAME: ${[...BUNDLED_MODELS, 'default'].join(', ')}`;

const [command, name, directory, ...rest] = process.argv.slice(2);

if (command === 'export-weights' && directory !== undefined && rest.length === 0) {
  try {
    await exportBundledWeights(name, directory);
  } catch (error) {
    if (!(error instanceof FerError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
} else {
  const isHelp = command === '--help' || command === '-h';
  console[isHelp ? 'log' : 'error'](USAGE);
  process.exitCode = isHelp ? 0 : 2;
}
