import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleClassic, CHROMIUM, HAS_CHROMIUM, serve } from '../support/browser';
import { type OpenSite, openSite } from '../support/open-site';
import type { ElementsReport } from './elements.page';

const PATIENCE = 240_000; // graphics cards that the processor imitates are slow

/** In steps of 255: a canvas keeps colours premultiplied, which costs a rounding where it is transparent; a video may pass YUV. */
function toleranceOf(name: string): number {
  if (name === 'video') return 4;
  if (name === 'ImageData of floats') return 0.1; // half precision
  return name.startsWith('transparent') ? 1 : 1e-3;
}

describe.skipIf(!HAS_CHROMIUM)(`toImages in Chromium (skipped without ${CHROMIUM})`, () => {
  let site: OpenSite;
  let page: Page;

  beforeAll(async () => {
    const program = fileURLToPath(new URL('./elements.page.ts', import.meta.url));
    site = await openSite(await serve(await bundleClassic(program)));
  });

  beforeEach(async () => {
    page = await site.open();
  });

  afterEach(() => page.close());

  afterAll(() => site?.close());

  /** Holds a report to it, and says of how many inputs it was. */
  function check({ shapes, differences, leaked }: ElementsReport): number {
    for (const [name, shape] of Object.entries(shapes)) expect(shape, name).toEqual([1, 16, 24, 4]);
    for (const [name, difference] of Object.entries(differences)) {
      expect(difference, name).toBeLessThanOrEqual(toleranceOf(name));
    }
    expect(leaked).toBe(0);
    return Object.keys(differences).length;
  }

  it.each(['cpu', 'webgl', 'webgpu'])(
    'gives the same gray picture whatever holds it, on %s',
    async (backend) => {
      expect(check(await page.evaluate<ElementsReport>(`report('${backend}')`))).toBe(18);
    },
    PATIENCE,
  );

  it.each(['cpu', 'webgl'])(
    'gives it in a worker too, on %s',
    async (backend) => {
      expect(check(await page.evaluate<ElementsReport>(`inWorker('${backend}')`))).toBe(6);
    },
    PATIENCE,
  );
});
