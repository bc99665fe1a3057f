import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportKeras } from '../../src/interchange/keras-export';
import { importKeras } from '../../src/interchange/keras-import';
import { exportOnnx } from '../../src/interchange/onnx';
import { useBackend } from '../support/backends';
import { bundlePage, CHROMIUM, HAS_CHROMIUM, launchChromium, serve } from '../support/browser';
import type { actions } from './browser.page';
import { expected, fixture, free, pictureNumbers } from './fixtures';

const FILES = [
  'keras3/deep.keras',
  'keras3/every_layer.h5',
  'keras2/deep.h5',
  'keras3/shallow.json',
  'keras3/shallow.weights.h5',
];
const close = { atol: 1e-5, rtol: 1e-4 };

describe.skipIf(!HAS_CHROMIUM)(`files of Keras and ONNX in Chromium (skipped without ${CHROMIUM})`, () => {
  let browser: Browser;
  let page: Page;
  let server: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    await useBackend('cpu');
    const program = await bundlePage(fileURLToPath(new URL('browser.page.ts', import.meta.url)));
    server = await serve({ ...program, ...Object.fromEntries(FILES.map((name) => [`/${name}`, fixture(name)])) });
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(`${server.url}/index.html`, { waitUntil: 'load' });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  /** Runs one of the page's actions. */
  function inPage<Name extends keyof typeof actions>(name: Name, ...args: Parameters<(typeof actions)[Name]>) {
    const call = `actions.${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')})`;
    return page.evaluate<Awaited<ReturnType<(typeof actions)[Name]>>>(call);
  }

  it.each(['keras3/deep.keras', 'keras3/every_layer.h5', 'keras2/deep.h5'])(
    'are read as Keras means them, and written byte for byte as in Node: %s',
    async (path) => {
      const model = await importKeras({ file: fixture(path) });
      const [folder, name] = path.split(/[/.]/) as [string, string];
      const shape = [3, ...(model.inputs[0]!.shape.slice(1) as number[])];
      const { outputs, again, keras, onnx } = await inPage('roundTrip', path, pictureNumbers(shape), shape);
      expect(outputs).toBeAllClose(expected(folder)[name]!, close);
      expect(again).toEqual(outputs);
      expect(Buffer.from(onnx).equals(await exportOnnx(model))).toBe(true);
      expect(Buffer.from(keras).equals(await exportKeras(model))).toBe(true);
      free(model);
    },
    60_000,
  );

  it('are read with architecture and weights apart', async () => {
    const shape = [3, 16, 16, 1];
    const outputs = await inPage(
      'fromParts',
      'keras3/shallow.json',
      'keras3/shallow.weights.h5',
      pictureNumbers(shape),
      shape,
    );
    expect(outputs).toBeAllClose(expected('keras3')['shallow']!, close);
  });

  it('are refused by the same error when they are cut off', async () => {
    for (const path of ['keras3/deep.keras', 'keras2/deep.h5']) {
      expect(await inPage('cutOff', path)).toMatch(/^WeightsError: importKeras: .*expected a whole/);
    }
  });
});
