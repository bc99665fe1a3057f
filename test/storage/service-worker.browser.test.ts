import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/labels';
import { bundlePage, CHROMIUM, HAS_CHROMIUM, serve, wasmBinaries } from '../support/browser';
import { type OpenSite, openSite } from '../support/open-site';
import type { Answer } from './service-worker.page';

const PATIENCE = 180_000;

describe.skipIf(!HAS_CHROMIUM)(`a service worker (skipped without ${CHROMIUM})`, { timeout: PATIENCE }, () => {
  let site: OpenSite;

  beforeAll(async () => {
    const files = await bundlePage(fileURLToPath(new URL('service-worker.page.ts', import.meta.url)), 'worker');
    site = await openSite(
      await serve({ ...files, ...(await wasmBinaries()), '/index.html': '<!doctype html><title>page</title>' }),
    );
  }, PATIENCE);
  afterAll(() => site?.close());

  it('in several files classifies with weights that it imported, and says what to do about the rest', async () => {
    const page = await site.open();
    const answer = await page.evaluate<Answer>(`(async () => {
      await navigator.serviceWorker.register('/worker.js', { type: 'module' });
      const { active } = await navigator.serviceWorker.ready;
      const answer = new Promise((resolve) => (navigator.serviceWorker.onmessage = ({ data }) => resolve(data)));
      active.postMessage('answer');
      return answer;
    })()`);
    expect(answer).toMatchObject({ backend: 'wasm', best: expect.toBeOneOf([...EMOTIONS]) });
    expect(answer.detector).toBe(
      'WeightsError: loadFaceDetector: expected the module fer-cnn/weights/blazeface, received none that can be imported. ' +
        'Install the package again, or bundle a service worker into one file.',
    );
    expect(answer.classifierByName).toContain(
      'received a service worker, where import() is forbidden. ' +
        "Write `import weights from 'fer-cnn/weights/compact'` and pass it to loadClassifier(weights).",
    );
  });
});
