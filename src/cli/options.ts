import { type Box, listModels } from 'fer-cnn';
import { Command, InvalidArgumentError, Option } from 'commander';
import { BACKENDS } from './backend';

/**
 * A command of the program.
 *
 * @param examples Command lines without the leading `npx fer-cnn <name>`, shown by `--help`.
 */
export function command(name: string, description: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  $ npx fer-cnn ${name} ${example}`).join('\n');
  return new Command(name).description(description).addHelpText('after', `\nExamples:\n${lines}`);
}

/** The option `--backend`. */
export const backendOption = (): Option =>
  new Option('--backend <name>', 'TensorFlow.js backend (default: the fastest that is installed)').choices(BACKENDS);

/** Help for an option that names a trained model. */
export const MODEL_HELP = `${listModels().join(', ')}, or the path or URL of a directory that \`fer-cnn train\` wrote`;

/** Parses an option that is a whole number of at least 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('expected a whole number of at least 0.');
}

/** Parses an option that is a whole number of at least 1. */
export function count(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a whole number of at least 1.');
}

/** Parses an option that is a number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value < Infinity) return value;
  throw new InvalidArgumentError('expected a number above 0.');
}

/** Parses an option that is a share between 0 and 1. */
export function share(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError('expected a number between 0 and 1.');
}

/** Parses an option that is a box in pixels. */
export function box(text: string): Box {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [x = NaN, y = NaN, width = NaN, height = NaN] = numbers;
  if (numbers.length === 4 && numbers.every(Number.isFinite) && width > 0 && height > 0) return { x, y, width, height };
  throw new InvalidArgumentError('expected four numbers X,Y,W,H in pixels.');
}

/** Parses an option that is an object in JSON. */
export function jsonObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // not JSON
  }
  throw new InvalidArgumentError('expected an object in JSON.');
}

/** The option `--precision`. */
export const precisionOption = (): Option =>
  new Option(
    '--precision <type>',
    'type in which convolutions multiply; bfloat16 is faster on AMD processors with AVX512-BF16 and with AMX, slower on others',
  ).choices(['float32', 'bfloat16']);
