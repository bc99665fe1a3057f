import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';

/**
 * Reads a recipe: an object with options of `fer-cnn train` by their names in camel case (`{ "model": "deep", "fullSize": true }`), or an
 * array of such objects, run one after another. Options of the command line take precedence over those of every run. A run without
 * `out` of its own writes to `run-<n>` below `--out`, the last one to `--out` itself, and each but the first starts `from` the run before
 * it unless it says otherwise.
 *
 * @param file Path of the recipe.
 * @param command The parsed command; parsed again for each run.
 * @returns The options of each run.
 * @throws An error that names the file; what the command throws at options that it does not know.
 */
export async function readRecipe<Options extends { out: string }>(file: string, command: Command): Promise<Options[]> {
  const runs = parse(file, await readFile(file, 'utf8'));
  const given = Object.entries(command.opts<Record<string, unknown>>()).filter(
    ([name]) => name !== 'recipe' && command.getOptionValueSource(name) === 'cli',
  );
  const out = String(command.opts<Options>().out);
  let before: string | undefined;
  return runs.map((run, i) => {
    const isLast = i === runs.length - 1;
    const own = isLast ? out : String(run['out'] ?? join(out, `run-${i + 1}`));
    const options = { ...(before !== undefined && { from: before }), ...run, ...Object.fromEntries(given), out: own };
    before = own;
    const parser = command.parent!.createCommand(command.name()).copyInheritedSettings(command);
    for (const option of command.options) parser.addOption(option);
    parser.exitOverride().parse(argumentsOf(options), { from: 'user' });
    return parser.opts<Options>();
  });
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
