import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, HAS_CHROMIUM, launchChromium } from '../support/browser';
import type { ElementsReport } from './elements.page';

describe.skipIf(!HAS_CHROMIUM)(`toImages in Chromium (skipped without ${CHROMIUM})`, () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    const bundle = await build({
      entryPoints: [fileURLToPath(new URL('./elements.page.ts', import.meta.url))],
      bundle: true,
      format: 'iife',
      mainFields: ['module', 'main'],
      write: false,
      logLevel: 'silent',
    });
    browser = await launchChromium();
    page = await browser.newPage();
    await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
  });

  afterAll(() => browser?.close());

  it.each(['cpu', 'webgl'])('gives the same gray picture whatever holds it, on %s', async (backend) => {
    const { shapes, differences, leaked } = await page.evaluate<ElementsReport>(`report('${backend}')`);
    for (const [name, shape] of Object.entries(shapes)) expect(shape, name).toEqual([1, 16, 24, 4]);
    for (const [name, difference] of Object.entries(differences)) {
      // A canvas keeps colours premultiplied, which costs a rounding where it is transparent; a video may pass YUV.
      const tolerance = name === 'video' ? 4 : name.startsWith('transparent') ? 1 : 1e-3;
      expect(difference, name).toBeLessThanOrEqual(tolerance);
    }
    expect(leaked).toBe(0);
  });
});
