import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { build } from 'vite';
import { serveDirectory } from './browser';
import { type OpenSite, openSite } from './open-site';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Two people: Collins, smiling, and Hopper, who does not. The webcam shows them too. */
export const PORTRAITS = join(ROOT, 'examples/pictures/portraits.jpg');

/** The demo page, built and served, in a browser with a webcam. */
export interface DemoPage {
  readonly site: OpenSite;
  /** A folder for files of the test. */
  readonly directory: string;
  close(): Promise<void>;
}

/** Builds and serves the demo page. */
export async function openDemoPage(): Promise<DemoPage> {
  const directory = await mkdtemp(join(tmpdir(), 'fer-cnn-demo-'));
  const configFile = join(ROOT, 'examples/browser/vite.config.ts');
  await build({ configFile, logLevel: 'silent', build: { outDir: join(directory, 'page'), minify: false } });
  const site = await openSite(await serveDirectory(join(directory, 'page')), await webcamIn(directory));
  const close = async () => {
    await site.close();
    await rm(directory, { recursive: true, force: true });
  };
  return { site, directory, close };
}

/** The settings of Chromium for a webcam that shows the portraits, in a file of a folder. */
export async function webcamIn(directory: string): Promise<string[]> {
  const film = join(directory, 'film.mjpeg');
  await sharp(PORTRAITS).resize(640, 480, { fit: 'contain' }).jpeg().toFile(film);
  return [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ];
}

/** The rules of accessibility that a page breaks, each with the element. */
export async function violationsIn(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate<string[]>(
    'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
  );
}
