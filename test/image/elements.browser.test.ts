import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ElementsReport } from './elements.page';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

describe.skipIf(!existsSync(CHROMIUM))('toImages in Chromium', () => {
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
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
    });
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
