// Builds the demo page and photographs it with two portraits of examples/pictures, light on a desktop and dark on a phone.
// Usage: node scripts/demo-screenshots.mjs   (with Chromium at $CHROMIUM or /usr/bin/chromium; writes to docs/images)
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { build, preview } from 'vite';

const SHOTS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1120, height: 760 }, deviceScaleFactor: 1 },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5 },
];

const outDir = await mkdtemp(join(tmpdir(), 'fer-cnn-demo-'));
const options = { configFile: 'examples/browser/vite.config.ts', logLevel: 'warn', build: { outDir } };
await build(options);
const server = await preview({ ...options, preview: { host: '127.0.0.1' } });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'], // the face detector needs WebGL
});
try {
  for (const { name, ...device } of SHOTS) {
    const page = await browser.newPage(device);
    await page.goto(server.resolvedUrls.local[0]);
    page.setDefaultTimeout(120_000);
    await page.click('#sample');
    await page.locator('#found', { hasText: '2 faces found' }).waitFor();
    await page.locator('#speed', { hasText: 'frames per second' }).waitFor();
    await page.addStyleTag({ content: '#speed { visibility: hidden }' }); // it is that of a busy machine
    await page.getByRole('button', { name: 'happy' }).click();
    if (name === 'light') {
      await page.check('#heat-map');
      await page.locator('#heat').waitFor();
    }
    await page.evaluate(() => document.activeElement.blur());
    await page.waitForTimeout(500); // until the bars have come to rest
    const height = await page
      .getByRole('heading', { name: 'Teach it your own expressions' })
      .evaluate((heading) => heading.closest('section').getBoundingClientRect().top + scrollY); // what is above it
    const clip = { x: 0, y: 0, width: device.viewport.width, height: Math.floor(height) };
    const picture = await page.screenshot({ fullPage: true, clip });
    const file = `docs/images/demo-web-${name}.png`;
    const { size } = await sharp(picture).png({ palette: true, compressionLevel: 9, effort: 10 }).toFile(file);
    console.log(file, size);
  }
} finally {
  await browser.close();
  await server.close();
  await rm(outDir, { recursive: true, force: true });
}
