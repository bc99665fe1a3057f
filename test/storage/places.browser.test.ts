import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Download, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/storage/load-model';
import { useBackend } from '../support/backends';
import { bundleClassic, CHROMIUM, HAS_CHROMIUM, serve } from '../support/browser';
import { actionsOf, type OpenSite, openSite } from '../support/open-site';
import { storeSmallNetwork } from '../support/small-network';
import type { actions } from './places.page';

const PATIENCE = 180_000;

describe.skipIf(!HAS_CHROMIUM)(`models in Chromium (skipped without ${CHROMIUM})`, { timeout: PATIENCE }, () => {
  let site: OpenSite;
  let page: Page;
  let folder = '';
  const inPage = actionsOf<typeof actions>(() => page);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fer-cnn-places-'));
    const program = await bundleClassic(fileURLToPath(new URL('./places.page.ts', import.meta.url)));
    site = await openSite(await serve({ ...program, ...(await storeSmallNetwork()).site }));
    page = await site.open();
  }, PATIENCE);
  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true });
  });

  it.each(['indexeddb://mine', 'localstorage://mine'])(
    'are kept at %s with their card, own class names included',
    async (place) => {
      const { saved, loaded, same, best } = await inPage('roundTrip', place);
      const classNames = ['bored', 'engaged', 'confused'];
      expect(saved).toMatchObject({ classNames, license: 'MIT', weights: { dtype: 'float32' } });
      expect(loaded).toEqual(saved);
      expect(same).toBe(true);
      expect(classNames).toContain(best);
    },
  );

  it('are offered as files by downloads://, which Node loads with their class names', async () => {
    const files: Promise<void>[] = [];
    const keep = (file: Download) => files.push(file.saveAs(join(folder, file.suggestedFilename())));
    page.on('download', keep);
    await inPage('download');
    await expect.poll(() => files.length, { timeout: 30_000 }).toBe(2);
    await Promise.all(files);
    expect(JSON.parse(await readFile(join(folder, 'mine.json'), 'utf8'))).toHaveProperty('weightsManifest');
    await useBackend('cpu');
    const { model, card } = await loadModel(join(folder, 'mine.json'));
    expect(card.classNames).toEqual(['bored', 'engaged', 'confused']);
    model.dispose();
  });

  it.each(['small', 'small/', 'small/model.json?v=2', '/small'])(
    'are loaded from %s, relative to the page',
    async (source) => {
      expect(await inPage('load', source)).toHaveLength(7);
    },
  );

  it('say what went wrong', async () => {
    const other = createServer((_, response) =>
      response.writeHead(200, { 'access-control-allow-origin': '*' }).end('{}'),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/model.json`;
    const redirecting = createServer((_, response) =>
      response.writeHead(302, { location: elsewhere, 'access-control-allow-origin': '*' }).end(),
    );
    await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
    const moved = `http://127.0.0.1:${(redirecting.address() as AddressInfo).port}/model.json`;
    try {
      expect(await inPage('failures', moved)).toEqual({
        path: expect.stringMatching(/^InputError: models\/mine\/weights\.bin: .*'downloads:\/\/name' or 'indexeddb/),
        missing: expect.stringMatching(/^WeightsError: .*nowhere\/(model|card)\.json: .*status 404/),
        empty: expect.stringMatching(/nothing/),
        moved: expect.stringMatching(/expected an answer from the server that was asked, received a redirection to/),
      });
    } finally {
      for (const server of [other, redirecting]) {
        server.closeAllConnections();
        server.close();
      }
    }
  });
});
