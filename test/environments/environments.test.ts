import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, HAS_CHROMIUM, launchChromium } from '../support/browser';
import { type App, createApp } from './app';
import { bundledEnvironments } from './bundled';
import { faults } from './report';

describe.skipIf(!HAS_CHROMIUM)(`the packed package (skipped without ${CHROMIUM})`, () => {
  let app: App;
  let browser: Browser | undefined;
  const environments = bundledEnvironments(() => browser!);

  beforeAll(async () => {
    app = await createApp(await mkdtemp(join(tmpdir(), 'fer-cnn-environments-')));
    browser = await launchChromium();
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    if (app) await rm(app.directory, { recursive: true });
  });

  it.each(environments.map((environment) => [environment.name, environment] as const))(
    'finds its weights and loads only those it uses: %s',
    async (_name, environment) => {
      const outcomes = await environment.run(app);
      for (const [place, outcome] of Object.entries(outcomes)) expect(faults(app, outcome), place).toEqual([]);
    },
    300_000,
  );
});
