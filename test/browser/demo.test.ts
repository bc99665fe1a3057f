import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, HAS_CHROMIUM, launchChromium, type Server, serveDirectory } from '../support/browser';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COLLINS = join(ROOT, 'examples/pictures/collins.png');
const SIDE = 288; // of the frame on the webcam's picture, 0.6 of its height

/** A film of one picture, 640 × 480, with the face of the portrait in its middle. */
async function film(file: string): Promise<void> {
  const face = await sharp(COLLINS).resize(SIDE, SIDE).toBuffer();
  const scene = sharp({ create: { width: 640, height: 480, channels: 3, background: '#808080' } });
  await writeFile(
    file,
    await scene
      .composite([{ input: face }])
      .jpeg()
      .toBuffer(),
  );
}

describe.skipIf(!HAS_CHROMIUM)(`the demo page in Chromium (skipped without ${CHROMIUM})`, { timeout: 90_000 }, () => {
  let directory: string;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const asked: string[] = [];

  const top = () => page.locator('#bars [data-top]');
  const speed = () => page.locator('#speed');

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'fer-cnn-demo-'));
    const configFile = join(ROOT, 'examples/browser/vite.config.ts');
    await build({ configFile, logLevel: 'silent', build: { outDir: join(directory, 'page'), minify: false } });
    server = await serveDirectory(join(directory, 'page'));
    await film(join(directory, 'film.mjpeg'));
    browser = await launchChromium([
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${join(directory, 'film.mjpeg')}`,
    ]);
    page = await browser.newPage();
    page.setDefaultTimeout(80_000); // a busy machine is slow on the plain CPU backend
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${server.url}/index.html`);
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('tells on WASM that the portrait smiles', async () => {
    await page.setInputFiles('#file', COLLINS);
    await top().waitFor();
    expect(await top().getAttribute('data-emotion')).toBe('happy');
    expect(await page.locator('#headline').textContent()).toMatch(/^happy, \d+ %$/);
    expect(await page.locator('#summary').textContent()).toMatch(/^The face looks happy/);
    await speed().filter({ hasText: 'frames per second on wasm' }).waitFor();
  });

  it('moves and sizes the frame by keys, within the picture', async () => {
    const frame = page.locator('#frame');
    const left = () => frame.evaluate((node) => Number.parseFloat((node as HTMLElement).style.left));
    await frame.focus();
    expect(await left()).toBe(0);
    for (let i = 0; i < 10; i++) await page.keyboard.press('-');
    expect(await left()).toBeCloseTo(10);
    expect(await page.locator('#size').inputValue()).toBe('80');
    await page.keyboard.press('ArrowRight');
    expect(await left()).toBeCloseTo(12);
    await page.keyboard.press('Shift+ArrowRight');
    expect(await left()).toBe(20);
  });

  it('lays a heat map over the face', async () => {
    await page.check('#heat-map');
    await page.locator('#heat').waitFor();
    const colours = await page.locator('#heat').evaluate((node) => {
      const canvas = node as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 0 && value !== data[i + 2]).length;
    });
    expect(colours).toBeGreaterThan(1000);
    await page.uncheck('#heat-map');
    await page.locator('#heat').waitFor({ state: 'hidden' });
  });

  it('changes the backend', async () => {
    await page.selectOption('#backend', 'cpu');
    await speed().filter({ hasText: 'frames per second on cpu' }).waitFor();
    await page.selectOption('#backend', 'wasm');
    await speed().filter({ hasText: 'frames per second on wasm' }).waitFor();
    expect(await page.locator('#problem').textContent()).toBe('');
  });

  it('changes the model', async () => {
    await page.selectOption('#model', 'shallow');
    await speed().filter({ hasText: 'frames per second on wasm' }).waitFor();
    expect(await page.locator('#problem').textContent()).toBe('');
    await page.selectOption('#model', 'compact');
  });

  it('follows the webcam, and lets go of it', async () => {
    await page.click('#camera');
    await top().and(page.locator('[data-emotion=happy]')).waitFor();
    await speed().filter({ hasText: 'frames per second on wasm' }).waitFor();
    await page.click('#camera');
    expect(await page.locator('#video').evaluate((node) => (node as HTMLVideoElement).srcObject)).toBeNull();
    expect(await page.locator('#headline').textContent()).toBe('No picture yet');
  });

  it('says so when a file is no picture', async () => {
    await page.setInputFiles('#file', join(ROOT, 'package.json'));
    await page.locator('#problem', { hasText: 'no picture' }).waitFor();
  });

  it('asks no other server for anything', () => {
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(server.url))).toEqual([]);
  });
});
