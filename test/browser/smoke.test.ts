import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FerDataset } from '../../src/data/dataset';
import { createShallowCnn } from '../../src/models/shallow';
import { train } from '../../src/train/trainer';
import { useBackend } from '../support/backends';
import { bundlePage, CHROMIUM, HAS_CHROMIUM, launchChromium, serve } from '../support/browser';
import { squares } from '../support/faces';
import { storeSmallNetwork } from '../support/small-network';
import type { actions } from './smoke.page';

const BACKENDS = ['webgl', 'webgpu'] as const;
const TOLERANCE = 1e-3; // largest difference of a probability from the golden one, which another backend gave

describe.skipIf(!HAS_CHROMIUM)(`the built package in Chromium (skipped without ${CHROMIUM})`, () => {
  let browser: Browser;
  let page: Page;
  let small: Awaited<ReturnType<typeof storeSmallNetwork>>;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    small = await storeSmallNetwork();
    const program = fileURLToPath(new URL('./smoke.page.ts', import.meta.url));
    server = await serve({ ...(await bundlePage(program)), ...small.site });
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
