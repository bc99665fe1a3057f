// Photographs the front page and the studio of the built site (npm run site) for the README.
// Usage: node scripts/site-screenshots.mjs   (with Chromium at $CHROMIUM or /usr/bin/chromium; writes to docs/images)
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { preview } from 'vite';

const server = await preview({ root: 'site', build: { outDir: 'dist' }, preview: { host: '127.0.0.1' } });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});

/** Writes what a page shows as a small PNG. */
async function shoot(page, name) {
  await page.evaluate(() => document.activeElement.blur());
  await page.waitForTimeout(500); // until the bars have come to rest
  const file = `docs/images/site-${name}.png`;
  const { size } = await sharp(await page.screenshot())
    .png({ palette: true, compressionLevel: 9, effort: 10 })
    .toFile(file);
  console.log(file, size);
}

try {
  const url = server.resolvedUrls.local[0];
  const page = await browser.newPage({ viewport: { width: 1120, height: 800 } });
  page.setDefaultTimeout(120_000);
  await page.goto(`${url}index.html`, { waitUntil: 'networkidle' });
  await shoot(page, 'front');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${url}studio.html`, { waitUntil: 'networkidle' });
  await page.click('#sample');
  await page.locator('#found', { hasText: '2 faces found' }).waitFor();
  await page.locator('#speed', { hasText: 'frames per second' }).waitFor();
  await page.addStyleTag({ content: '#speed { visibility: hidden }' }); // it is that of a busy machine
  await page.getByRole('button', { name: 'happy' }).click();
  await shoot(page, 'studio');
} finally {
  await browser.close();
  await server.close();
}
