import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { csvOf } from '../data/fixtures';
import { useBackend } from '../support/backends';
import { codeBlocks, DOCUMENTS, ROOT } from './documents';

/** What a block needs that is not here; such blocks are compiled only. */
const NEEDS: readonly (readonly [what: string, sign: RegExp])[] = [
  ['a page', /\b(document|navigator|self|window|indexedDB)\b|backend-webg/],
  ['something that only its reader has', /^declare /m],
  ['the network', /https:\/\/example\.org/],
  ['a server', /new URL\('\/|load\w+\('\/|setWasmPaths\(/],
  ['a file of Keras', /readKeras\('(?!shallow\.keras)/],
  ['the votes of FER+', /readFerPlus\(/],
  ['folders of pictures', /loadImageFolder\(|classifyFolder\(/],
  ['weights in a folder', /loadWeightsDirectory\('(?!weights\/mine)/],
];

const BLOCKS = DOCUMENTS.flatMap((document) => codeBlocks(document, ['ts'])).map((block) => ({
  ...block,
  need: NEEDS.find(([, sign]) => sign.test(block.code))?.[0],
}));
const RUNNABLE = BLOCKS.filter(({ need }) => need === undefined);

const home = process.cwd();
const modules = join(ROOT, 'test/docs', `.blocks-${process.pid}`);
let place = '';

/** A folder with the files that the blocks name: a tiny FER2013 and pictures. */
beforeAll(async () => {
  await useBackend('wasm');
  place = await mkdtemp(join(tmpdir(), 'fer-cnn-docs-'));
  const csv = csvOf(63);
  await writeFile(join(place, 'fer2013.csv'), csv);
  await writeFile(join(place, 'fer2013.csv.gz'), gzipSync(csv));
  await mkdir(join(place, 'examples/pictures'), { recursive: true });
  for (const name of ['face.jpg', 'group.jpg', 'a.jpg', 'examples/pictures/astronaut.jpg']) {
    await copyFile(`${ROOT}examples/pictures/astronaut.jpg`, join(place, name));
  }
  for (const name of ['b.png', ...Array.from({ length: 100 }, (_, i) => `frame-${i}.png`)]) {
    await copyFile(`${ROOT}examples/pictures/drawn-sad.png`, join(place, name));
  }
  await mkdir(modules);
  process.chdir(place);
});

afterAll(async () => {
  process.chdir(home);
  await rm(modules, { recursive: true, force: true });
  await rm(place, { recursive: true, force: true });
});

/** The block for this folder: runs of one epoch, and WASM where native TensorFlow is imported, which a machine may lack. */
function adapt(code: string): string {
  return code
    .replaceAll(/\bepochs: \d+/g, 'epochs: 1')
    .replaceAll(/\bwarmup: \d+/g, 'warmup: 0')
    .replaceAll("import '@tensorflow/tfjs-node';", "import '@tensorflow/tfjs-backend-wasm';");
}

describe('the code blocks of the guides', () => {
  it('run, most of them', () => {
    expect(RUNNABLE.length).toBeGreaterThan(BLOCKS.length / 2);
  });

  it.each(RUNNABLE)(
    'run from $place',
    async ({ place, code }) => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
      const file = join(modules, `${place.replaceAll(/\W/g, '-')}.ts`);
      await writeFile(file, adapt(code));
      try {
        await import(/* @vite-ignore */ file);
      } finally {
        log.mockRestore();
      }
    },
    60_000,
  );
});
