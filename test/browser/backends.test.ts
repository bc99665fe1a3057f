import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import { BUNDLED_MODELS } from '../../src/storage/bundled';
import type { GoldenPicture } from '../../src/cli/golden';
import { BACKENDS, useBackend } from '../support/backends';
import { bundlePage, CHROMIUM, HAS_CHROMIUM, serve, wasmBinaries } from '../support/browser';
import { readGolden } from '../support/golden';
import { actionsOf, type OpenSite, openSite } from '../support/open-site';
import { storeSmallNetwork } from '../support/small-network';
import type { actions } from './backends.page';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const PAGE_BACKENDS = ['cpu', 'wasm', 'webgl', 'webgpu'] as const;
const BOUND = 1e-4; // largest difference of a probability between any two backends
const PATIENCE = 180_000; // the plain CPU backend, and graphics cards that the processor imitates, are slow

/** A walk over the backends of a page in which each one follows each other one. */
const TOUR = 'cpu wasm webgl webgpu cpu webgl cpu webgpu webgl wasm webgpu wasm cpu'.split(' ');

/** Probabilities in Node, [pictures][classes]. */
async function classifyHere(name: string, pictures: GoldenPicture[]): Promise<number[][]> {
  const classifier = await loadClassifier(name);
  const rows: number[][] = [];
  for (const { shape, pixels } of pictures) {
    const [height, width, channels] = shape;
    const data = Uint8Array.from(Buffer.from(pixels, 'base64'));
    rows.push(await classifier.probabilities({ data, height, width, channels: channels as 1 | 3 }));
  }
  classifier.dispose();
  return rows;
}

/** The two results that are farthest apart, and how far. */
function farthest(results: Map<string, number[][]>): { pair: string; difference: number } {
  let found = { pair: '', difference: 0 };
  for (const [a, rowsA] of results) {
    for (const [b, rowsB] of results) {
      const differences = rowsA.flatMap((row, i) => row.map((value, j) => Math.abs(value - rowsB[i]![j]!)));
      const difference = Math.max(...differences);
      if (difference > found.difference) found = { pair: `${a} and ${b}`, difference };
    }
  }
  return found;
}

describe.skipIf(!HAS_CHROMIUM)(`the backends of a page (skipped without ${CHROMIUM})`, () => {
  let site: OpenSite;
  let page: Page;
  let small: Awaited<ReturnType<typeof storeSmallNetwork>>;
  const inPage = actionsOf<typeof actions>(() => page);

  beforeAll(async () => {
    small = await storeSmallNetwork();
    const copy = await bundlePage(at('./copy.page.ts'), 'copy');
    const program = await bundlePage(at('./backends.page.ts'));
    const both =
      '<!doctype html><script type="module" src="/copy.js"></script><script type="module" src="/page.js"></script>';
    const files = { ...copy, ...program, ...(await wasmBinaries()), ...small.site, '/both.html': both };
    site = await openSite(await serve(files));
    page = await site.open();
  }, PATIENCE);

  afterAll(() => site?.close());

  it.for(BUNDLED_MODELS)(
    'and of Node give the golden pictures the probabilities of the record by the %s weights, within 1e-4',
    { timeout: 2 * PATIENCE },
    async (name, { annotate }) => {
      const { pictures, probabilities } = await readGolden(name);
      const results = new Map([['the record', probabilities]]);
      for (const backend of PAGE_BACKENDS) {
        const result = await inPage('classify', backend, name, pictures);
        expect(result).toMatchObject({ backend, tensorsLeft: 0 });
        results.set(`${backend} of Chromium`, result.probabilities);
      }
      for (const backend of BACKENDS) {
        await useBackend(backend);
        results.set(`${backend} of Node`, await classifyHere(name, pictures));
      }
      const { pair, difference } = farthest(results);
      await annotate(`${name}: ${pair} differ by ${difference.toExponential(1)}`);
      expect(difference, pair).toBeLessThan(BOUND);
    },
  );

  it(
    'explain a class by the same map, each by gradients',
    async () => {
      const maps = new Map<string, number[]>();
      for (const backend of PAGE_BACKENDS) {
        const { values, ...rest } = await inPage('explain', backend, 'small/model.json', small.picture, 'happy');
        expect(rest, backend).toEqual({ method: 'hiResCam', tensorsLeft: 0 });
        expect(values).toHaveLength(48 * 48);
        maps.set(backend, values);
      }
      expect(Math.max(...maps.get('cpu')!)).toBeCloseTo(1);
      for (const [backend, values] of maps) {
        const worst = Math.max(...values.map((value, i) => Math.abs(value - maps.get('cpu')![i]!)));
        expect(worst, backend).toBeLessThan(1e-3);
      }
    },
    PATIENCE,
  );

  it(
    'find and cut out the same face: eyes within 0.1 pixels, values of the crop within 0.05 of 255',
    async () => {
      const photo = sharp(at('../../examples/pictures/astronaut.jpg')).removeAlpha();
      const pixels = (await photo.raw().toBuffer()).toString('base64');
      const results = new Map<string, { found: number[]; score: number; values: number[] }>();
      for (const backend of PAGE_BACKENDS) {
        const picture = { shape: [512, 512, 3] as [number, number, number], pixels };
        const { tensorsLeft, ...result } = await inPage('findFace', backend, picture, [204, 101], [248, 119]);
        expect(tensorsLeft, backend).toBe(0);
        results.set(backend, result);
      }
      const expected = results.get('cpu')!;
      expect(expected.score).toBeCloseTo(0.9238, 3); // as the TFLite interpreter says, in test/faces/blazeface
      for (const [backend, { found, score, values }] of results) {
        expect(score, backend).toBeCloseTo(expected.score, 3);
        expect(found, backend).toBeAllClose(expected.found, { atol: 0.1 });
        expect(values, backend).toBeAllClose(expected.values, { atol: 0.05 });
      }
    },
    PATIENCE,
  );

  it(
    'can be switched at any time: the weights of a classifier come along',
    async () => {
      const stations = await inPage('tour', TOUR, 'small/model.json', [small.picture]);
      expect(stations.map(({ backend }) => backend)).toEqual(TOUR);
      for (const { backend, probabilities } of stations) {
        expect(probabilities[0]!, backend).toBeAllClose(small.picture.output, { atol: BOUND, rtol: 0 });
      }
    },
    PATIENCE,
  );

  it.each([
    ['webgl', 'WebGL context'],
    ['webgpu', 'WebGPU device'],
  ])(
    'that lose the graphics card say so, and another one or the same one started anew goes on, on %s',
    async (backend, kind) => {
      const page = await site.open();
      const inPage = actionsOf<typeof actions>(() => page);
      const result = await inPage('lose', backend, 'small/model.json', small.picture);
      const message = `expected a ${kind} in use, received one that the browser took away.`;
      for (const lost of [...result.lost, result.elsewhere])
        expect(lost).toContain(`BackendError: probabilities: ${message}`);
      expect(result.shared).toContain(`BackendError: classify: ${message}`);
      expect(result.sharedElsewhere).toHaveLength(7);
      for (const { probabilities } of [result.onWasm, result.anew]) {
        expect(probabilities[0]!).toBeAllClose(small.picture.output, { atol: BOUND, rtol: 0 });
      }
      expect(result.anew.backend).toBe(backend);
      await page.close();
    },
    PATIENCE,
  );

  it(
    'are shared by two copies of tfjs in one page',
    async () => {
      const page = await site.open('/both.html');
      const inPage = actionsOf<typeof actions>(() => page);
      const { isCopy, probabilities } = await inPage('useCopy', 'small/model.json', small.picture);
      expect(isCopy).toBe(true);
      expect(probabilities).toBeAllClose(small.picture.output, { atol: BOUND, rtol: 0 });
      await page.close();
    },
    PATIENCE,
  );
});
