import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { launchChromium, serveDirectory } from '../../test/support/browser';
import { race, type Time } from '../support/measure';
import type { Bench } from '../support/section';

const CONFIG = fileURLToPath(new URL('../../examples/browser/vite.config.ts', import.meta.url));

/** From the address of the demo page to the faces of its sample, in a browser that was just started. */
export const page: Bench = {
  name: 'page',
  async *run(context) {
    const folder = await mkdtemp(join(tmpdir(), 'fer-cnn-page-'));
    await build({ configFile: CONFIG, logLevel: 'error', build: { outDir: folder } });
    const server = await serveDirectory(folder);
    try {
      const note =
        'Headless Chromium with an empty cache, the page from this machine: from its address, with a click on the sample as soon as there is a button, to its two faces with emotions on WASM. Processor time of all of its processes.';
      const contender = { name: 'demo page', measure: () => openCold(server.url) };
      yield await race('Demo page from a cold start', [contender], context, note);
    } finally {
      server.close();
      await rm(folder, { recursive: true });
    }
  },
};

async function openCold(url: string): Promise<Time> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(300_000);
    const before = await processorTime(browser);
    const start = performance.now();
    await page.goto(`${url}/index.html`, { waitUntil: 'commit' });
    await page.click('#sample');
    await page.locator('#found', { hasText: '2 faces found' }).waitFor();
    const ms = performance.now() - start;
    return { ms, cpu: (await processorTime(browser)) - before };
  } finally {
    await browser.close();
  }
}

/** Time of all processes of the browser so far, in milliseconds. */
async function processorTime(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}
