import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL } from '../../src/weights/bundled';
import { loadClassifier } from '../../src/classify/load';
import { loadWeightsDirectory } from '../../src/node/weights';
import { useBackend } from '../support/backends';
import { CHROMIUM, HAS_CHROMIUM, launchChromium, serve } from '../support/browser';
import { type Carrier, encodeAll, EXACT, EYES, FACE, largestDifference, readPhoto } from '../support/carriers';
import type { CarriersReport } from './carriers.page';

const WEIGHTS = fileURLToPath(new URL(`../../weights/${DEFAULT_MODEL}`, import.meta.url));

/** What a video may cost, whose frames may be stored as YUV. */
const VIDEO = 0.02;

describe.skipIf(!HAS_CHROMIUM)(`the same face in Chromium (skipped without ${CHROMIUM})`, () => {
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;
  let carriers: Carrier[];
  let expected: number[];
  let turned: number[];
  let report: CarriersReport;

  beforeAll(async () => {
    await useBackend('wasm');
    const photo = await readPhoto();
    const classifier = await loadClassifier(await loadWeightsDirectory(WEIGHTS));
    expected = await classifier.probabilities(photo, FACE);
    turned = await classifier.probabilities(photo, EYES);
    classifier.dispose();
    carriers = await encodeAll(photo);
    const bundle = await build({
      entryPoints: [fileURLToPath(new URL('./carriers.page.ts', import.meta.url))],
      bundle: true,
      format: 'iife',
      mainFields: ['module', 'main'],
      external: ['fer-cnn/weights/*'],
      write: false,
      logLevel: 'silent',
    });
    const weights = ['model.json', 'card.json', 'weights.bin'].map((name) => [
      `/weights/${name}`,
      readFileSync(`${WEIGHTS}/${name}`),
    ]);
    const files = carriers.map(({ name, bytes }) => [`/${name}`, bytes]);
    const script = '<!doctype html><script src="/page.js"></script>';
    site = await serve({
      '/': script,
      '/index.html': script,
      '/page.js': bundle.outputFiles[0]!.text,
      ...Object.fromEntries([...weights, ...files]),
    });
    browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(`${site.url}/index.html`);
    const names = JSON.stringify(carriers.map(({ name }) => name));
    report = await page.evaluate<CarriersReport>(
      `report('webgl', ${names}, ${JSON.stringify(FACE)}, ${JSON.stringify(EYES)})`,
    );
  }, 480_000);

  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  it.each(['probabilities', 'shown'] as const)(
    'gives the probabilities that Node gives, in every format and orientation, as file and in an image element: %s',
    (how) => {
      for (const { name, tolerance } of carriers) {
        const difference = largestDifference(report[how][name]!, expected);
        expect(difference, name).toBeLessThanOrEqual(Math.max(tolerance, 10 * EXACT)); // another backend
      }
    },
  );

  it('gives the same probabilities whatever holds the picture, a video within its colours', () => {
    const held = Object.entries(report.probabilities).filter(([name]) => !/\.\w+$/.test(name));
    expect(held).toHaveLength(14);
    for (const [name, row] of held) {
      const tolerance = name === 'video' ? VIDEO : 10 * EXACT;
      expect(largestDifference(row, expected), name).toBeLessThanOrEqual(tolerance);
    }
  });

  it('turns a face by its eyes as Node does', () => {
    expect(largestDifference(turned, expected)).toBeGreaterThan(1e-4); // it is another crop
    expect(largestDifference(report.turned, turned)).toBeLessThanOrEqual(10 * EXACT);
  });

  it('says what is wrong with what is no picture, and leaves no tensor behind', () => {
    expect(report.errors).toEqual({
      missing: expect.stringMatching(/^classify: expected a picture that can be fetched, received status 404/),
      text: expect.stringMatching(/^classify: expected a whole picture.*10 bytes that the browser cannot decode/),
      empty: expect.stringMatching(/received no bytes/),
      'closed frame': expect.stringMatching(/^classify: expected a VideoFrame with at least one pixel/),
    });
    expect(report.leaked).toBe(0);
  });
});
