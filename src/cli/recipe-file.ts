import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { type AugmentOptions, createAugmentation } from 'fer-cnn';

/**
 * Reads a recipe: an object with options of `fer-cnn train` by their names in camel case (`{ "model": "deep", "fullSize": true }`), or an
 * array of such objects, run one after another. Options of the command line take precedence over those of every run. A run without
 * `out` of its own writes to `run-<n>` below `--out`, the last one to `--out` itself. Each run but the first starts `from` the run before it
 * unless it says otherwise (`"from": false`); with the `out` of the run before, it resumes that run with its own schedule.
 *
 * @param command The parsed command; parsed again for each run.
 * @throws An error that names the file; what the command throws at options that it does not know.
 */
export async function readRecipe<Options extends { out: string }>(file: string, command: Command): Promise<Options[]> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new Error(`--recipe ${file}: expected a file that can be read, received ${cause.message}.`, { cause });
  });
  const runs = parse(file, text);
  const given = Object.fromEntries(
    Object.entries(command.opts<Record<string, unknown>>()).filter(
      ([name]) => name !== 'recipe' && name !== 'out' && command.getOptionValueSource(name) === 'cli',
    ),
  );
  const all = String(command.opts<Options>().out);
  let before: { out: string; from?: unknown } | undefined;
  return runs.map((run, i) => {
    const out = String(run['out'] ?? (i === runs.length - 1 ? all : join(all, `run-${i + 1}`)));
    const goesOn = out === before?.out;
    const { from = goesOn ? before?.from : before?.out } = run;
    before = { out, from };
    const parser = command.parent!.createCommand(command.name()).copyInheritedSettings(command);
    for (const option of command.options) parser.addOption(option);
    const options = { ...run, from, ...(goesOn && { resume: true }), ...given, out };
    parser.exitOverride().parse(argumentsOf(options), { from: 'user' });
    return parser.opts<Options>();
  });
}

/**
 * Checks what would end a later run after hours of the earlier ones.
 *
 * @returns The runs.
 * @throws An error that says which run and what.
 */
export function checkRuns<Run extends { ferplus?: string; augment?: AugmentOptions }>(
  runs: readonly Run[],
): readonly Run[] {
  for (const [i, { ferplus, augment }] of runs.entries()) {
    const where = `--recipe: run ${i + 1}`;
    if (ferplus !== undefined && !existsSync(ferplus)) {
      throw new Error(`${where}: ferplus: expected a file, received ${ferplus}, which does not exist.`);
    }
    try {
      if (augment) createAugmentation(augment);
    } catch (cause) {
      throw new Error(`${where}: ${(cause as Error).message}`, { cause });
    }
  }
  return runs;
}

function parse(file: string, text: string): Record<string, unknown>[] {
  try {
    const value: unknown = JSON.parse(text);
    const runs: unknown[] = Array.isArray(value) ? value : [value];
    if (runs.length > 0 && runs.every((run) => typeof run === 'object' && run !== null && !Array.isArray(run))) {
      return runs as Record<string, unknown>[];
    }
  } catch {
    // said below
  }
  throw new Error(`--recipe ${file}: expected a JSON object with options of fer-cnn train, or an array of them.`);
}

/** Options as a command line has them. */
function argumentsOf(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (value === true) return [flag];
    if (value === false || value === undefined) return [];
    if (Array.isArray(value)) return [flag, ...value.map(String)];
    return [flag, typeof value === 'object' ? JSON.stringify(value) : String(value)];
  });
}
