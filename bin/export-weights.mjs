import { BUNDLED_MODELS } from 'fer-cnn';
import { exportBundledWeights } from 'fer-cnn/node';
import { parse, UsageError } from './usage.mjs';

export const USAGE = `Usage: fer-cnn export-weights NAME DIRECTORY

Writes bundled weights as model.json, weights.bin and card.json, to be served as files.
NAME: ${[...BUNDLED_MODELS, 'default'].join(', ')}`;

/** @param {string[]} args */
export async function run(args) {
  const { positionals } = parse(args, {});
  const [name, directory, ...rest] = positionals;
  if (name === undefined || directory === undefined || rest.length > 0) throw new UsageError(USAGE);
  await exportBundledWeights(name, directory);
  console.log(`${directory}: model.json, weights.bin, card.json`);
}
