/**
 * Counts the files that one reads to follow a workflow: those between its first and its last file, which the first imports, directly or
 * not, and which import the last. Imports of types do not count.
 *
 * `node scripts/orientation.mjs` prints the numbers, with `--files` the files.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** The parts of each workflow: from a file to another one, or to all that it needs of its own folder. */
const WORKFLOWS = {
  'a row of the CSV to the loss': [
    ['data/fer2013.ts'],
    ['train/train.ts', 'data/batches.ts'],
    ['train/train.ts', 'train/losses.ts'],
  ],
  'a resume from a checkpoint': [['train/train.ts', 'train/checkpoint.ts'], ['train/checkpoint.ts']],
  'bundled weights to a classifier': [
    ['classify/load.ts', 'storage/decode-bundled.ts'],
    ['classify/load.ts', 'storage/bundled.ts'],
    ['classify/load.ts', 'classify/classifier.ts'],
  ],
};

const IMPORT = /^(?:import|export) (?!type )[^;]*? from '(\.[^']+)'|import\('(\.[^']+)'\)/gm;

const known = new Map();

/** The files that a file imports. */
function importsOf(file) {
  if (!known.has(file)) {
    const found = Array.from(readFileSync(join(SRC, file), 'utf8').matchAll(IMPORT), ([, from, lazily]) =>
      normalize(`${join(dirname(file), from ?? lazily)}.ts`),
    );
    known.set(
      file,
      found.filter((target) => existsSync(join(SRC, target))),
    );
  }
  return known.get(file);
}

/** The file and all that it imports, directly or not. */
function reachedFrom(file, isInside = () => true) {
  const reached = new Set([file]);
  for (const each of reached) for (const target of importsOf(each)) if (isInside(target)) reached.add(target);
  return reached;
}

function between(from, to) {
  if (to === undefined) return reachedFrom(from, (file) => dirname(file) === dirname(from));
  return [...reachedFrom(from)].filter((file) => reachedFrom(file).has(to));
}

for (const [name, parts] of Object.entries(WORKFLOWS)) {
  const files = [...new Set(parts.flatMap(([from, to]) => [...between(from, to)]))].sort();
  console.log(`${String(files.length).padStart(3)} files: ${name}`);
  if (process.argv.includes('--files')) console.log(files.map((file) => `      ${file}`).join('\n'));
}
