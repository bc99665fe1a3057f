import type { Box } from 'fer-cnn';
import { Command, InvalidArgumentError } from 'commander';
import { boxOf } from '../../bin/box.mjs';

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

/** Parses an option that is a number above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError('expected a number above 0.');
  return value;
}

/** Parses an option that is a box in pixels. */
export function box(text: string): Box {
  const found = boxOf(text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError('expected four numbers X,Y,W,H in pixels.');
}

/** Parses an option that is an object in JSON. */
export function jsonObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // no JSON
  }
  throw new InvalidArgumentError('expected an object in JSON.');
}

/** Help for the option `--precision`. */
export const PRECISION_HELP =
  'float32 or bfloat16: type in which convolutions multiply (bfloat16 is faster on processors with AVX512-BF16 or AMX)';
