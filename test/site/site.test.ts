import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csvOf } from '../data/fixtures';
import { CHROMIUM, HAS_CHROMIUM, serve } from '../support/browser';
import { webcamIn } from '../support/demo-page';
import { type OpenSite, openSite } from '../support/open-site';
import { IS_BUILT, pageHtml, PAGES, SITE } from './pages';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const FOLDER = '/any/where/'; // the site works in any folder of a server
const PATIENCE = 120_000;

/** Pages of every kind. */
const TEN = [
  ...['index', 'studio', 'numbers', 'guides/start', 'guides/faces', 'guides/training'],
  ...['models/index', 'models/compact', 'api/faces', 'changelog'],
].map((name) => `${name}.html`);

const suite = `the site in Chromium (skipped without ${CHROMIUM} and before npm run site)`;
describe.skipIf(!HAS_CHROMIUM || !IS_BUILT)(suite, { timeout: PATIENCE }, () => {
  let site: OpenSite;
  let directory: string;
  let context: BrowserContext;
  let page: Page;
  const asked: string[] = [];
  const problems: string[] = [];

  const open = (path: string, on = page) => on.goto(`${site.url}${FOLDER}${path}`, { waitUntil: 'networkidle' });

  /** Opens a browser that was never here, and collects what all its pages ask for and what goes wrong in them. */
  const newVisitor = async () => {
    const context = await site.browser.newContext({ reducedMotion: 'reduce', acceptDownloads: true });
    context.on('request', (request) => asked.push(request.url()));
    context.on('weberror', (thrown) => problems.push(thrown.error().message));
    context.on('console', (message) => {
      if (message.type() === 'error') problems.push(`${message.page()?.url()}: ${message.text()}`);
    });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    return { context, page };
  };

  /** Takes out the problems that a test provoked, and returns them. All others fail the last test. */
  const provoked = (pattern: RegExp): string[] => {
    const [found, others] = [true, false].map((isOne) => problems.filter((problem) => pattern.test(problem) === isOne));
    problems.splice(0, problems.length, ...others!);
    return found!;
  };

  /** What axe finds on the page by some rules, or by all. */
  const violations = async (rules?: readonly string[]): Promise<string[]> => {
    await page.evaluate(await readFile(AXE, 'utf8'));
    const options = JSON.stringify(rules ? { runOnly: rules } : {});
    return page.evaluate<string[]>(
      `axe.run(${options}).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" | ")))`,
    );
  };

  beforeAll(async () => {
    const server = await serve((path) =>
      path.startsWith(FOLDER) ? readFile(join(SITE, path.slice(FOLDER.length))) : Promise.resolve(undefined),
    );
    directory = await mkdtemp(join(tmpdir(), 'fer-cnn-site-'));
    site = await openSite(server, await webcamIn(directory));
    ({ context, page } = await newVisitor());
  }, PATIENCE);

  afterAll(async () => {
    await site?.close();
    await rm(directory, { recursive: true, force: true });
  });

  it.each(TEN)(
    'shows %s without a finding of axe, in dark colors too, and within the width of a phone',
    async (path) => {
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1280, height: 800 });
      await open(path);
      expect(await violations()).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.locator('html.dark').waitFor();
      expect(await violations(['color-contrast'])).toEqual([]);
      await page.setViewportSize({ width: 390, height: 800 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    },
  );

  it('forbids code from strings', async () => {
    await open('index.html');
    const script = "try { (0, eval)('1'); window.made = 'yes' } catch (error) { window.made = error.name }";
    await page.evaluate((code) => {
      const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
      document.head.append(Object.assign(document.createElement('script'), { src: url }));
      document.head.append(Object.assign(document.createElement('script'), { textContent: "window.made = 'inline'" }));
    }, script);
    await page.waitForTimeout(200);
    expect(await page.evaluate(() => (window as unknown as { made?: string }).made)).toBeUndefined();
    expect(provoked(/violates the following Content Security Policy/)).toHaveLength(2);
  });

  it('goes from page to page without loading the whole of it, and finds words in all of them', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await open('guides/start.html');
    await page.evaluate(() => Object.assign(window, { isSame: true }));
    await page.getByRole('link', { name: 'Training', exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Training' }).waitFor();
    expect(await page.evaluate(() => (window as unknown as { isSame?: boolean }).isSame)).toBe(true);
    await page.keyboard.press('Control+k');
    await page.locator('#localsearch-input').fill('importKeras');
    await page.locator('#localsearch-list a').first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/interop|interchange|api|start/);
    expect(page.url()).toContain(FOLDER);
  });

  it('shows where the keyboard is, on the front page and in every part of the studio', async () => {
    /** Goes through everything by Tab. Returns what got the focus without an outline, on itself or on its label. */
    const withoutOutline = async () => {
      const found: string[] = [];
      for (let i = 0; i < 100; i++) {
        await page.keyboard.press('Tab');
        const [isEnd, isOutlined, name] = await page.evaluate(() => {
          const { activeElement: element } = document;
          const labels = [...((element as HTMLInputElement).labels ?? [])];
          const isOutlined = [element!, ...labels].some((each) => {
            const { outlineStyle, outlineWidth } = getComputedStyle(each);
            return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
          });
          return [element === document.body, isOutlined, element!.outerHTML.slice(0, 100)] as const;
        });
        if (isEnd) return found;
        if (!isOutlined) found.push(name);
      }
      throw new Error('Expected Tab to reach the end of the page.');
    };
    await open('index.html');
    await page.press('text=Use a photo of your own', 'Enter');
    await page.locator('#file:focus').waitFor({ state: 'attached' });
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    expect(await withoutOutline()).toEqual([]);
    await open('studio.html');
    for (const [i, name] of ['Look', 'Teach', 'Train'].entries()) {
      await page.getByRole('tab', { name: ['Look', 'Look', 'Teach'][i]! }).press(i === 0 ? 'Enter' : 'ArrowRight');
      await page.locator(`#studio-panel-${i} section`).first().waitFor();
      expect(await page.getByRole('tab', { name }).evaluate((tab) => tab === document.activeElement)).toBe(true);
      expect(await withoutOutline(), name).toEqual([]);
    }
  });

  it('finds the faces in a sample on the front page', async () => {
    await open('index.html');
    await page.getByRole('button', { name: /Grace Hopper/ }).click();
    await page.locator('#found', { hasText: '2 faces found.' }).waitFor();
  });

  it('runs every program of the guides that can run in a page', async () => {
    const pages = PAGES.filter((path) => pageHtml(path).includes('data-run='));
    let count = 0;
    for (const path of pages) {
      await open(path);
      for (const button of await page.locator('button[data-run]').all()) {
        await button.click();
        const name = await button.getAttribute('data-run');
        await page.locator(`button[data-run="${name}"][data-runs]`).waitFor();
        const printed = await button.locator('xpath=following-sibling::pre').textContent();
        expect(printed, `${path}: ${name}`).not.toMatch(/expected|Error|undefined|Failed/);
        expect(printed).not.toBe('');
        count++;
      }
    }
    expect(count).toBeGreaterThan(10);
  });

  it('measures a backend and shows its numbers', async () => {
    await open('numbers.html');
    await page.locator('input[name=wasm]').waitFor();
    for (const box of await page.locator('input[type=checkbox]:not([name=wasm])').all()) await box.uncheck();
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByText('Done.').waitFor();
    expect(await page.locator('tbody td').allTextContents()).toEqual(
      Array(4).fill(expect.stringMatching(/^[\d.,]+ ms$/)),
    );
  });

  it('stops measuring at once, though a slow backend computes without a break', async () => {
    await open('numbers.html');
    await page.locator('input[name=cpu]').waitFor();
    for (const box of await page.locator('input[type=checkbox]').all())
      await box.setChecked((await box.getAttribute('name')) === 'cpu');
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByText('Measuring cpu: 64 faces').waitFor();
    await page.waitForTimeout(1000);
    const since = performance.now();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor();
    expect(performance.now() - since).toBeLessThan(5000); // 64 faces take far longer
    expect(await page.locator('tbody td').allTextContents()).toEqual([expect.stringMatching(/ ms$/), 'stopped']);
    expect(await page.getByRole('button', { name: 'Measure' }).isEnabled()).toBe(true);
  });

  it('shows result, program and picture of a photo in the studio', async () => {
    await open('studio.html');
    await page.setInputFiles('#file', join(SITE, 'pictures/portraits.jpg'));
    await page.locator('#found', { hasText: '2 faces found.' }).waitFor();
    await page.getByText('Result as JSON').click();
    const faces = JSON.parse((await page.locator('details pre').first().textContent())!) as { className: string }[];
    expect(faces.map(({ className }) => className)).toEqual(['neutral', 'happy']);
    await page.getByText('The program for this').click();
    expect(await page.locator('details pre').nth(1).textContent()).toContain("loadClassifier('compact')");
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Share as a picture' }).click()]); // prettier-ignore
    expect(download.suggestedFilename()).toBe('expressions.png');
    expect(await violations()).toEqual([]);
  });

  it('shows the image that was chosen last, not the one that was ready last', async () => {
    await open('studio.html');
    const create = { width: 6000, height: 6000, channels: 3, background: 'gray' } as const;
    const large = await sharp({ create }).png().toBuffer();
    await page.locator('#file').waitFor({ state: 'attached' });
    await page.setInputFiles('#file', { name: 'large.png', mimeType: 'image/png', buffer: large });
    await page.setInputFiles('#file', join(SITE, 'pictures/astronaut.jpg'));
    await page.locator('#found', { hasText: 'One face found.' }).waitFor();
    await page.waitForTimeout(1500);
    expect(await page.locator('#found').textContent()).toBe('One face found.');
  });

  it('shows one part of the studio at a time, and switches off the webcam of one that is left', async () => {
    await open('studio.html');
    await page.locator('#camera').click();
    await page.getByRole('button', { name: 'Stop the webcam' }).waitFor();
    for (const [i, name] of ['Look', 'Teach', 'Train'].entries()) {
      await page.getByRole('tab', { name }).click();
      await page.locator(`#studio-panel-${i} section`).first().waitFor();
      const shown = await page
        .locator('[role=tabpanel]')
        .evaluateAll((all) => all.map((panel) => panel.checkVisibility()));
      expect(shown, name).toEqual([0, 1, 2].map((at) => at === i));
    }
    const live = () => page.locator('video').evaluateAll((all) => all.filter((video) => (video as HTMLVideoElement).srcObject).length); // prettier-ignore
    await expect.poll(live).toBe(0);
  });

  it('corrects by a neutral face in front of the webcam in the studio, and shows the program for it', async () => {
    await open('studio.html');
    await page.press('#camera', 'Enter');
    await page.locator('#found', { hasText: '2 faces found.' }).waitFor();
    const code = page.locator('details pre').nth(1);
    await page.locator('summary', { hasText: 'The program for this' }).press('Enter');
    expect(await code.textContent()).not.toContain('measureBaseline');
    await page.press('#neutral', 'Enter');
    await page.getByText('Corrected by your neutral face.').waitFor();
    await code.filter({ hasText: 'createTracker(faceClassifier, { baseline })' }).waitFor();
    expect(await violations()).toEqual([]);
    await page.press('#neutral', 'Enter');
    await code.filter({ hasText: 'createTracker(faceClassifier)' }).waitFor();
    await page.press('#camera', 'Enter');
    expect(await page.locator('#neutral').isVisible()).toBe(false);
  });

  it('takes what is dropped: an image on the front page, a folder of classes beside the panel in which one trains', async () => {
    const drop = async (files: readonly string[]) => {
      const devtools = await context.newCDPSession(page);
      const { x, y } = (await page.locator('h1').boundingBox())!;
      const data = { items: [], files: [...files], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await devtools.send('Input.dispatchDragEvent', { type, x: x + 9, y: y + 9, data });
    };
    await open('index.html');
    await drop([join(SITE, 'pictures/portraits.jpg')]);
    await page.locator('#found', { hasText: '2 faces found.' }).waitFor();
    await open('studio.html');
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.getByText('No data yet.').waitFor();
    const folder = join(directory, 'classes');
    for (const name of ['bored', 'engaged']) {
      await mkdir(join(folder, name), { recursive: true });
      for (let i = 0; i < 5; i++) {
        const background = { r: 40 * i, g: name === 'bored' ? 0 : 200, b: 0 };
        const create = { width: 48, height: 48, channels: 3, background } as const;
        await sharp({ create })
          .png()
          .toFile(join(folder, name, `${i}.png`));
      }
      await drop([folder]);
      if (name === 'bored') await page.getByText('received one class only: "bored"').waitFor();
    }
    await page.getByText('8 images to train on, 2 to validate on: bored, engaged.').waitFor();
    await drop([join(folder, 'bored')]);
    await page.getByText('No data yet.').waitFor();
    await drop([join(folder, 'bored'), join(folder, 'engaged')]);
    await page.getByText('8 images to train on, 2 to validate on: bored, engaged.').waitFor();
  });

  it('trains in a worker, stops, resumes, evaluates and hands out the model', async () => {
    await open('studio.html');
    await page.getByRole('tab', { name: 'Train' }).click();
    await page.setInputFiles('#train-file', {
      name: 'fer2013.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(csvOf(63)),
    });
    await page.getByText('21 images to train on, 21 to validate on').waitFor();
    await page.getByLabel('Model').last().selectOption('compact');
    await page.getByLabel('Backend').last().selectOption('wasm');
    await page.getByLabel('Epochs').fill('400');
    await page.getByLabel('Batch size').fill('8');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('img', { name: /^Accuracy until epoch/ }).waitFor();
    const other = await context.newPage();
    await other.goto(`${site.url}${FOLDER}studio.html`);
    await other.getByRole('tab', { name: 'Train' }).click();
    await other.setInputFiles('#train-file', { name: 'fer2013.csv', mimeType: 'text/csv', buffer: Buffer.from(csvOf(63)) }); // prettier-ignore
    await other.getByRole('button', { name: 'Start' }).click();
    await other.getByText('Another tab of this browser trains already').waitFor();
    await other.close();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/^Stopped: [\d.]+ % of 21 validation images/).waitFor();
    const epochs = Number(
      /\d+/.exec((await page.getByRole('img', { name: /^Accuracy/ }).getAttribute('aria-label'))!)![0],
    );
    expect(await page.locator('caption', { hasText: 'Confusion' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByText(new RegExp(`^Epoch (?!(?:[1-${Math.min(epochs, 9)}]) )`)).waitFor(); // not from the beginning
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText(/^Stopped: /).waitFor();
    const files: string[] = [];
    page.on('download', (download) => files.push(download.suggestedFilename()));
    await page.getByRole('button', { name: 'Download the model' }).click();
    await expect.poll(() => files.sort(), { timeout: PATIENCE }).toEqual(expect.arrayContaining([expect.stringMatching(/\.bin$/), expect.stringMatching(/\.json$/)])); // prettier-ignore
    expect(await violations()).toEqual([]);
    await page.setViewportSize({ width: 375, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    expect(await page.locator('.problem').allTextContents()).toEqual(['', '']);
  });

  it('works without a connection after the first visit', async () => {
    const { context, page } = await newVisitor(); // that has not run the programs of the guides, whose models would be kept
    await open('index.html', page);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await context.setOffline(true);
    try {
      await open('studio.html', page);
      await page.setInputFiles('#file', join(SITE, 'pictures/astronaut.jpg'));
      await page.locator('#found', { hasText: 'One face found.' }).waitFor();
      await page.locator('#model').selectOption('deep');
      await page.getByText('The model deep could not be loaded.').waitFor();
      expect(provoked(/net::ERR_(?:FAILED|INTERNET_DISCONNECTED)/), 'the weights').not.toEqual([]);
      await open('guides/evaluation.html', page);
      expect(await page.locator('h1').textContent()).toContain('Evaluation');
      await page.keyboard.press('Control+k');
      await page.locator('#localsearch-input').fill('importKeras');
      await page.locator('#localsearch-list a').first().waitFor();
    } finally {
      await context.close();
    }
  });

  it('asks no other server for anything, and throws nothing', () => {
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((url) => !/^(?:data|blob):/.test(url) && !url.startsWith(site.url + FOLDER))).toEqual([]);
    expect(problems).toEqual([]);
  });
});
