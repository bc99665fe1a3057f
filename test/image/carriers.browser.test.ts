import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_MODEL } from '../../src/storage/bundled';
import { loadClassifier } from '../../src/classify/load';
import { useBackend } from '../support/backends';
import { bundleClassic, CHROMIUM, HAS_CHROMIUM, serve } from '../support/browser';
import { type Carrier, encodeAll, EXACT, EYES, FACE, largestDifference, readPhoto } from '../support/carriers';
import { type OpenSite, openSite } from '../support/open-site';
import type { CarriersReport } from './carriers.page';

const WEIGHTS = fileURLToPath(new URL(`../../weights/${DEFAULT_MODEL}`, import.meta.url));

/** What a video may cost, whose frames may be stored as YUV. */
const VIDEO = 0.02;

describe.skipIf(!HAS_CHROMIUM)(`the same face in Chromium (skipped without ${CHROMIUM})`, () => {
  let site: OpenSite;
  let carriers: Carrier[];
  let expected: number[];
  let turned: number[];
  let report: CarriersReport;

  beforeAll(async () => {
    await useBackend('wasm');
    const photo = await readPhoto();
    const classifier = await loadClassifier(WEIGHTS);
    expected = await classifier.probabilities(photo, FACE);
    turned = await classifier.probabilities(photo, EYES);
    classifier.dispose();
    carriers = await encodeAll(photo);
    const program = await bundleClassic(fileURLToPath(new URL('./carriers.page.ts', import.meta.url)));
    const weights = ['model.json', 'card.json', 'weights.bin'].map((name) => [
      `/weights/${name}`,
      readFileSync(`${WEIGHTS}/${name}`),
    ]);
    const files = carriers.map(({ name, bytes }) => [`/${name}`, bytes]);
    site = await openSite(await serve({ ...program, ...Object.fromEntries([...weights, ...files]) }));
    const page = await site.open();
    const names = JSON.stringify(carriers.map(({ name }) => name));
    report = await page.evaluate<CarriersReport>(
      `report('webgl', ${names}, ${JSON.stringify(FACE)}, ${JSON.stringify(EYES)})`,
    );
  }, 480_000);

  afterAll(() => site?.close());

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
      missing: expect.stringMatching(/^classify: none\.png: expected an answer with status 200, received status 404/),
      text: expect.stringMatching(/^classify: expected a whole image.*10 bytes that the browser cannot decode/),
      empty: expect.stringMatching(/received no bytes/),
      'closed frame': expect.stringMatching(/^classify: expected a VideoFrame with at least one pixel/),
    });
    expect(report.leaked).toBe(0);
  });
});
