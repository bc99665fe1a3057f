#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { FerError } from 'fer-cnn';
import * as classify from './classify.mjs';
import * as exportWeights from './export-weights.mjs';
import { UsageError } from './usage.mjs';

const COMMANDS = {
  classify: { USAGE: classify.USAGE, run: classify.run },
  'export-weights': { USAGE: exportWeights.USAGE, run: exportWeights.run },
};

const USAGE = [
  ...Object.values(COMMANDS).map(({ USAGE: text }) => text),
  'fer-cnn --version prints the version, fer-cnn COMMAND --help what a command takes.',
].join('\n\n');

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

process.stdout.on('error', () => process.exit()); // as when it is piped to head
if ([name, ...args].some((arg) => arg === '--help' || arg === '-h')) {
  console.log(command?.USAGE ?? USAGE);
} else if (name === '--version' || name === '-v') {
  console.log(JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version);
} else if (command === undefined) {
  if (name !== '') console.error(`Expected a command, ${Object.keys(COMMANDS).join(' or ')}, received ${name}.\n`);
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    await command.run(args);
  } catch (error) {
    if (!(error instanceof FerError || error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
