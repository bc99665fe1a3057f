import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, vi } from 'vitest';
import { useBackend } from '../support/backends';
import { type CodeBlock, ROOT } from './documents';
import { writeReaderFiles } from './files';

/** What an example needs that is not here; such examples are compiled only. */
const NEEDS: readonly (readonly [what: string, sign: RegExp])[] = [
  ['a page', /\b(document|navigator|self|window|indexedDB)\b|backend-webg/],
  ['the network', /https:\/\/example\.org/],
  ['a server', /new URL\('\/|load\w+\('\//],
  ['a file of Keras', /readFile\('model\.h5/],
  [
    'other folders and files of its reader',
    /classifyFolder\(|loadImageFolder\('(?!faces)|loadModel\('(?!runs\/mine|weights\/mine)runs/,
  ],
];

/** What an example needs that is not here, if anything. */
export function needOf(code: string): string | undefined {
  return NEEDS.find(([, sign]) => sign.test(code))?.[0];
}

/** A folder of this repository where examples are written as modules. */
const MODULES = join(ROOT, 'test/docs', `.blocks-${process.pid}`);

/** Runs the tests of a file on WASM in a folder with the files that the examples name. */
export function useReadersFolder(): void {
  const home = process.cwd();
  let place = '';

  beforeAll(async () => {
    await useBackend('wasm');
    place = await mkdtemp(join(tmpdir(), 'fer-cnn-docs-'));
    await writeReaderFiles(place);
    await mkdir(MODULES);
    process.chdir(place);
  });

  afterAll(async () => {
    process.chdir(home);
    await rm(MODULES, { recursive: true, force: true });
    await rm(place, { recursive: true, force: true });
  });
}

/** The example for this folder: runs of one epoch, and WASM where native TensorFlow is imported, which a machine may lack. */
function adapt(code: string): string {
  return code
    .replaceAll(/\bepochs: \d+/g, 'epochs: 1')
    .replaceAll(/\bwarmup: \d+/g, 'warmup: 0')
    .replaceAll("import '@tensorflow/tfjs-node';", "import '@tensorflow/tfjs-backend-wasm';");
}

/** Runs an example as a module; what it logs is not shown. */
export async function run({ place, code }: CodeBlock): Promise<void> {
  const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  const file = join(MODULES, `${place.replaceAll(/\W/g, '-')}.ts`);
  await writeFile(file, adapt(code));
  try {
    await import(/* @vite-ignore */ file);
  } finally {
    log.mockRestore();
  }
}
