import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, vi } from 'vitest';
import { createShallowCnn } from '../../src/models/shallow';
import { saveWeights, writeKeras } from '../../src/node';
import { encodeModel } from '../../src/weights/encode';
import { csvOf } from '../data/fixtures';
import { useBackend } from '../support/backends';
import { draftCard } from '../support/cards';
import { type CodeBlock, ROOT } from './documents';

/** What a block needs that is not here; such blocks are compiled only. */
const NEEDS: readonly (readonly [what: string, sign: RegExp])[] = [
  ['a page', /\b(document|navigator|self|window|indexedDB)\b|backend-webg/],
  ['something that only its reader has', /^declare /m],
  ['the network', /https:\/\/example\.org/],
  ['a server', /new URL\('\/|load\w+\('\/|setWasmPaths\(/],
  ['a file of Keras', /readKeras\('(?!shallow\.keras)|readFile\('model\.h5/],
  ['the votes of FER+', /readFerPlus\(/],
  ['folders of pictures', /loadImageFolder\(|classifyFolder\(/],
  ['weights in a folder', /loadWeightsDirectory\('(?!weights\/mine)|loadWeights\('models/],
];

/** What a block needs that is not here, if anything. */
export function needOf(code: string): string | undefined {
  return NEEDS.find(([, sign]) => sign.test(code))?.[0];
}

/** A folder of this repository where blocks are written as modules. */
const MODULES = join(ROOT, 'test/docs', `.blocks-${process.pid}`);

/** Runs the tests of a file on WASM in a folder with the files that the blocks name: a tiny FER2013 and pictures. */
export function useReadersFolder(): void {
  const home = process.cwd();
  let place = '';

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
    await mkdir(join(place, 'data'));
    await copyFile(join(place, 'fer2013.csv.gz'), join(place, 'data/fer2013.csv.gz'));
    await writeFile(join(place, 'results.jsonl'), '{"file":"a.jpg","error":"a broken picture"}\n');
    const model = createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [4] } });
    await writeKeras(join(place, 'model.keras'), model);
    await saveWeights(join(place, 'weights/mine'), await encodeModel(model, { card: draftCard() }));
    model.dispose();
    await mkdir(MODULES);
    process.chdir(place);
  });

  afterAll(async () => {
    process.chdir(home);
    await rm(MODULES, { recursive: true, force: true });
    await rm(place, { recursive: true, force: true });
  });
}

/** The block for this folder: runs of one epoch, and WASM where native TensorFlow is imported, which a machine may lack. */
function adapt(code: string): string {
  return code
    .replaceAll(/\bepochs: \d+/g, 'epochs: 1')
    .replaceAll(/\bwarmup: \d+/g, 'warmup: 0')
    .replaceAll("import '@tensorflow/tfjs-node';", "import '@tensorflow/tfjs-backend-wasm';");
}

/** Runs a block as a module; what it logs is not shown. */
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
