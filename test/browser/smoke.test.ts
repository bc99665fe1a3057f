import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Dataset } from '../../src/data/dataset';
import { createShallowCnn } from '../../src/models/shallow';
import { train } from '../../src/train/train';
import { useBackend } from '../support/backends';
import { bundlePage, CHROMIUM, HAS_CHROMIUM, serve } from '../support/browser';
import { squares } from '../support/faces';
import { actionsOf, type OpenSite, openSite } from '../support/open-site';
import { storeSmallNetwork } from '../support/small-network';
import type { actions } from './smoke.page';

const BACKENDS = ['webgl', 'webgpu'] as const;
const TOLERANCE = 1e-3; // largest difference of a probability from the golden one, which another backend gave
const PATIENCE = 120_000; // graphics cards that the processor imitates are slow

const suite = `the built package in Chromium (skipped without ${CHROMIUM})`;

describe.skipIf(!HAS_CHROMIUM)(suite, { timeout: PATIENCE }, () => {
  let site: OpenSite;
  let page: Page;
  let small: Awaited<ReturnType<typeof storeSmallNetwork>>;
  const inPage = actionsOf<typeof actions>(() => page);

  beforeAll(async () => {
    small = await storeSmallNetwork();
    const program = fileURLToPath(new URL('./smoke.page.ts', import.meta.url));
    site = await openSite(await serve({ ...(await bundlePage(program)), ...small.site }));
    page = await site.open();
  }, PATIENCE);

  afterAll(() => site?.close());

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
    const data = new Dataset({ images: Uint8Array.from(images), labels, height: 16, width: 16 });
    const { history } = await train(model, data, { epochs: 2, batchSize: 7, seed: 3 });
    model.dispose();
    expect(result.losses).toBeAllClose(
      history.map(({ loss }) => loss),
      { atol: 1e-3, rtol: 0 },
    );
  });
});
