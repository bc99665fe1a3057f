import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportKeras } from '../../src/interchange/keras-export';
import { importKeras } from '../../src/interchange/keras-import';
import { exportOnnx } from '../../src/interchange/onnx';
import { useBackend } from '../support/backends';
import { bundlePage, CHROMIUM, HAS_CHROMIUM, serve } from '../support/browser';
import { actionsOf, type OpenSite, openSite } from '../support/open-site';
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
  let site: OpenSite;
  let page: Page;
  const inPage = actionsOf<typeof actions>(() => page);

  beforeAll(async () => {
    await useBackend('cpu');
    const program = await bundlePage(fileURLToPath(new URL('browser.page.ts', import.meta.url)));
    const files = Object.fromEntries(FILES.map((name) => [`/${name}`, fixture(name)]));
    site = await openSite(await serve({ ...program, ...files }));
    page = await site.open();
  }, 120_000);

  afterAll(() => site?.close());

  it.each(['keras3/deep.keras', 'keras3/every_layer.h5', 'keras2/deep.h5'])(
    'are read as Keras means them, and written byte for byte as in Node: %s',
    async (path) => {
      const model = await importKeras(fixture(path));
      const [folder, name] = path.split(/[/.]/) as [string, string];
      const shape = [3, ...(model.inputs[0]!.shape.slice(1) as number[])];
      const { outputs, again, keras, onnx } = await inPage('roundTrip', path, pictureNumbers(shape), shape);
      expect(outputs).toBeAllClose(expected(folder)[name]!, close);
      expect(again).toEqual(outputs);
      expect(Buffer.from(onnx).equals(await exportOnnx(model))).toBe(true);
      expect(Buffer.from(keras).equals(await exportKeras(model))).toBe(true);
      free(model);
    },
    180_000,
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
