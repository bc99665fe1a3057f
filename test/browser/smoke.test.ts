import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerDataset } from '../../src/data/dataset';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { EMOTIONS } from '../../src/labels';
import { createShallowCnn } from '../../src/models/shallow';
import { train } from '../../src/train/trainer';
import { BUNDLED_MODELS } from '../../src/weights/bundled';
import { decodeModel } from '../../src/weights/decode';
import { encodeModel } from '../../src/weights/encode';
import { createGolden, type Golden, type GoldenPicture } from '../../src/weights/golden';
import { useBackend } from '../support/backends';
import { CHROMIUM, HAS_CHROMIUM, launchChromium, serve, type Site } from '../support/browser';
import { squares } from '../support/faces';
import type { actions } from './smoke.page';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BACKENDS = ['webgl', 'webgpu'] as const;
const TOLERANCE = 1e-3; // largest difference of a probability from the golden one, which another backend gave

/** Whether there are bundled weights at all. If there are, each of them must be there and be right in the browser. */
const HAS_WEIGHTS = BUNDLED_MODELS.some((name) => existsSync(`${ROOT}weights/${name}`));
const BUNDLED = BUNDLED_MODELS.flatMap((name) => BACKENDS.map((backend) => [name, backend] as const));

/** The golden picture in colour, which has to be turned gray and shrunk. */
const inColour = ({ pictures }: Golden): GoldenPicture => pictures.find(({ shape }) => shape[2] === 3)!;

/** The page and the built package in a bundle, with each module of weights in a chunk of its own. */
async function bundlePage(): Promise<Site> {
  const missing = BUNDLED_MODELS.filter((name) => !existsSync(`${ROOT}dist/weights/${name}.js`));
  const { outputFiles } = await build({
    entryPoints: { page: fileURLToPath(new URL('./smoke.page.ts', import.meta.url)) },
    outdir: '/',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    external: missing.map((name) => `fer-cnn/weights/${name}`),
    tsconfigRaw: {}, // so that fer-cnn is the built package and not src
    write: false,
    logLevel: 'silent',
  });
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [path, contents]));
}

/** A small network as it would lie on a server, and what it gives for a golden picture on the plain CPU backend. */
async function storeSmallNetwork(): Promise<{ site: Site; picture: GoldenPicture }> {
  await useBackend('cpu');
  const network = createShallowCnn({ conv: { filters: [4, 6] }, dense: { units: [16] }, seed: 5 });
  const draft = { name: 'small', architecture: 'shallow', labels: EMOTIONS, preprocessing: DEFAULT_PREPROCESSING };
  const encoded = await encodeModel(network, { card: draft, dtype: 'float16' });
  const { model } = await decodeModel(encoded);
  const picture = inColour(await createGolden(model, DEFAULT_PREPROCESSING));
  const site = {
    '/small/model.json': JSON.stringify(encoded.modelJson),
    '/small/card.json': JSON.stringify(encoded.card),
    '/small/weights.bin': new Uint8Array(encoded.weights),
  };
  return { site, picture };
}

describe.skipIf(!HAS_CHROMIUM)(`the built package in Chromium (skipped without ${CHROMIUM})`, () => {
  let browser: Browser;
  let page: Page;
  let small: Awaited<ReturnType<typeof storeSmallNetwork>>;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    small = await storeSmallNetwork();
    const html = '<!doctype html><title>smoke test</title><script type="module" src="/page.js"></script>';
    server = await serve({ '/': html, '/index.html': html, ...(await bundlePage()), ...small.site });
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(`${server.url}/index.html`, { waitUntil: 'load' });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Runs one of the page's actions. */
  function inPage<Name extends keyof typeof actions>(name: Name, ...args: Parameters<(typeof actions)[Name]>) {
    const call = `actions.${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`;
    return page.evaluate<Awaited<ReturnType<(typeof actions)[Name]>>>(call);
  }

  it.each(BACKENDS)('classifies a golden picture by weights from a server, on %s', async (backend) => {
    const result = await inPage('classify', backend, 'small/model.json', small.picture);
    expect(result).toMatchObject({ backend, tensorsLeft: 0 });
    expect(result.probabilities).toBeAllClose(small.picture.output, { atol: TOLERANCE, rtol: 0 });
  });

  it.skipIf(!HAS_WEIGHTS).each(BUNDLED)(
    'classifies a golden picture by the bundled %s weights, on %s',
    async (name, backend) => {
      const golden: Golden = JSON.parse(await readFile(`${ROOT}weights/${name}/golden.json`, 'utf8'));
      const picture = inColour(golden);
      const result = await inPage('classify', backend, name, picture);
      expect(result).toMatchObject({ backend, tensorsLeft: 0 });
      expect(result.probabilities).toBeAllClose(picture.output, { atol: TOLERANCE, rtol: 0 });
    },
    60_000,
  );

  it.each(BACKENDS)('trains with the losses of the plain CPU backend, on %s', async (backend) => {
    const { images, labels } = squares(14);
    const result = await inPage('train', backend, [...images], [...labels]);
    expect(result).toMatchObject({ backend, tensorsLeft: 0 });
    await useBackend('cpu');
    const model = createShallowCnn({ inputSize: [16, 16], conv: { filters: [3, 4] }, dense: { units: [8] }, seed: 2 });
    const data = new FerDataset({ images: Uint8Array.from(images), labels, height: 16, width: 16 });
    const { history } = await train(model, data, { epochs: 2, batchSize: 7, seed: 3 });
    model.dispose();
    expect(result.losses).toBeAllClose(
      history.map(({ loss }) => loss),
      { atol: 1e-3, rtol: 0 },
    );
  });
});
