import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/labels';
import { BUNDLED_MODELS, DEFAULT_MODEL } from '../../src/storage/bundled';
import { CHROMIUM, HAS_CHROMIUM } from '../support/browser';
import { type DemoPage, openDemoPage, PORTRAITS, ROOT, violationsIn } from '../support/demo-page';

const COLLINS = join(ROOT, 'examples/pictures/collins.png'); // one face, 124 × 124 pixels
const PATIENCE = 180_000; // graphics cards that the processor imitates are slow

const suite = `the demo page in Chromium (skipped without ${CHROMIUM})`;
describe.skipIf(!HAS_CHROMIUM)(suite, { timeout: PATIENCE }, () => {
  let demo: DemoPage;
  let page: Page;
  const asked: string[] = [];
  const problems: string[] = [];

  const top = () => page.locator('#bars [data-top]');
  const speed = (backend: string) => page.locator('#speed', { hasText: `frames per second on ${backend}` }).waitFor();
  const found = (text: string) => page.locator('#found', { hasText: text }).waitFor();
  const face = (name: string) => page.getByRole('button', { name });

  /** The probabilities that the bars show, by class. */
  const bars = () =>
    page
      .locator('#bars .fill')
      .evaluateAll((all) => all.map((one) => new DOMMatrix(getComputedStyle(one).transform).a));

  async function open(): Promise<Page> {
    const page = await demo.site.browser.newPage({ reducedMotion: 'reduce' });
    page.setDefaultTimeout(PATIENCE);
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', ({ message }) => problems.push(message));
    return page;
  }

  /** Drops or pastes a black image. */
  async function give(how: 'drop' | 'paste', [width, height]: readonly [number, number]): Promise<void> {
    await page.evaluate(
      async ([how, width, height]) => {
        const canvas = Object.assign(document.createElement('canvas'), { width, height });
        canvas.getContext('2d')!.fillRect(0, 0, width, height);
        const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
        const data = new DataTransfer();
        data.items.add(new File([blob!], 'black.png', { type: 'image/png' }));
        const options = { bubbles: true, dataTransfer: data, clipboardData: data };
        const event = how === 'drop' ? new DragEvent('drop', options) : new ClipboardEvent('paste', options);
        document.body.dispatchEvent(event);
      },
      [how, width, height] as const,
    );
  }

  beforeAll(async () => {
    demo = await openDemoPage();
    page = await open();
    await page.goto(`${demo.site.url}/index.html`);
  }, PATIENCE);

  afterAll(() => demo?.close());

  it('starts empty, with the default model on WASM', async () => {
    expect(await page.inputValue('#model')).toBe(DEFAULT_MODEL);
    expect(await page.inputValue('#backend')).toBe('wasm');
    expect(await page.locator('#bars li').evaluateAll((rows) => rows.map((row) => row.dataset['emotion']))).toEqual([
      ...EMOTIONS,
    ]);
    expect(await page.textContent('#headline')).toBe('No image yet');
  });

  it('finds all faces in an image, and shows the expression of the one that is chosen', async () => {
    await page.setInputFiles('#file', PORTRAITS);
    await found('2 faces found.');
    expect(await page.getByRole('group', { name: 'Faces in the image' }).getByRole('button').count()).toBe(2);
    expect(await face('Face 1 of 2: neutral').getAttribute('aria-pressed')).toBe('true');
    expect(await page.textContent('#headline')).toMatch(/^neutral, \d+ %$/);
    expect(await page.textContent('#summary')).toMatch(/^Face 1 of 2 looks neutral, \d+ %\.$/);
    await face('Face 2 of 2: happy').focus();
    await page.keyboard.press('Enter');
    expect(await face('Face 2 of 2: happy').getAttribute('aria-pressed')).toBe('true');
    expect(await top().getAttribute('data-emotion')).toBe('happy');
    expect((await bars()).reduce((a, b) => a + b)).toBeCloseTo(1, 4);
    const [left, right] = await Promise.all([face('Face 2 of 2').boundingBox(), face('Face 1 of 2').boundingBox()]);
    expect(left!.x + left!.width).toBeLessThan(right!.x);
    await speed('wasm');
  });

  it('lays a heat map over the chosen face, and over another one when that is chosen', async () => {
    await page.check('#heat-map');
    const heat = page.getByRole('img', { name: 'Heat map' });
    await heat.waitFor();
    for (const name of ['Face 2 of 2', 'Face 1 of 2']) {
      await face(name).click();
      const [over, under] = await Promise.all([heat.boundingBox(), face(name).boundingBox()]);
      expect(Math.abs(over!.x - under!.x) + Math.abs(over!.y - under!.y)).toBeLessThan(3);
    }
    const colors = await heat.evaluate((node) => {
      const canvas = node as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return data.filter((value, i) => i % 4 === 0 && value !== data[i + 2]).length;
    });
    expect(colors).toBeGreaterThan(1000);
  });

  it.each([
    ['light', 1180],
    ['light', 360],
    ['dark', 1180],
    ['dark', 360],
  ] as const)('breaks no rule of accessibility, in %s colors and %i pixels wide', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    expect(await violationsIn(page)).toEqual([]); // with faces and a heat map
    await page.uncheck('#find');
    await page.locator('#frame').waitFor();
    expect(await violationsIn(page)).toEqual([]); // with the frame that is moved by hand
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.check('#find');
    await found('2 faces found.');
  });

  it('is used by keyboard alone, in the order of the page', async () => {
    await page.uncheck('#heat-map');
    await page.locator('#heat').waitFor({ state: 'hidden' });
    await page.focus('#file');
    const order: string[] = [];
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('Tab');
      order.push(await page.evaluate(() => document.activeElement!.id || document.activeElement!.className));
    }
    expect(order).toEqual(['camera', 'sample', 'face', 'face', 'find', 'heat-map', 'model', 'backend']);
  });

  it('gives an answer by every model', async () => {
    await page.setInputFiles('#file', COLLINS);
    await found('One face found.');
    await speed('wasm');
    const before = await bars();
    for (const name of [...BUNDLED_MODELS.filter((name) => name !== DEFAULT_MODEL), DEFAULT_MODEL]) {
      await page.selectOption('#model', name);
      await speed('wasm');
      if (name === DEFAULT_MODEL) expect(await bars()).toBeAllClose(before, { atol: 1e-6 });
      else expect(await bars()).not.toBeAllClose(before, { atol: 1e-3 });
    }
    expect(await page.textContent('#problem')).toBe('');
  });

  it('takes an image by drop, and leaves the frame to the user if no face is in it', async () => {
    await give('drop', [300, 200]);
    await found('No face found. Put the frame around one.');
    const frame = page.getByRole('button', { name: 'Frame of the face' });
    expect(await page.textContent('#headline')).toBe('No face found'); // and no emotion beside it
    await frame.press('ArrowRight');
    await top().waitFor();
    expect(await page.textContent('#found')).toBe('');
  });

  it('takes an image by paste, all of it as the face if it is as small as one and none is found', async () => {
    await give('paste', [90, 60]);
    await found('No face found in this small image: all of it is taken as the face.');
    await top().waitFor();
  });

  it('moves and sizes the frame by keys, within the image', async () => {
    await page.uncheck('#find');
    await page.setInputFiles('#file', COLLINS);
    const frame = page.locator('#frame');
    await speed('wasm');
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
    await top().and(page.locator('[data-emotion=happy]')).waitFor();
    await page.check('#find');
    await found('One face found.');
    expect(await frame.isVisible()).toBe(false);
  });

  it('follows the faces in front of the webcam, and lets go of it', async () => {
    await page.press('#camera', 'Enter'); // by keys: a click would wait until the frames stand still
    await found('2 faces found.');
    expect(await page.textContent('#camera')).toBe('Stop the webcam');
    await speed('wasm, face detection included');
    await face('Face 2 of 2: happy').press('Enter');
    await top().and(page.locator('[data-emotion=happy]')).waitFor();
    const [left, right] = await Promise.all([face('Face 1 of 2').boundingBox(), face('Face 2 of 2').boundingBox()]);
    expect(left!.x).toBeLessThan(right!.x); // mirrored
    await page.press('#find', 'Space');
    await page.locator('#frame').waitFor();
    await page.press('#find', 'Space');
    await page.press('#camera', 'Enter');
    expect(await page.locator('#video').evaluate((node) => (node as HTMLVideoElement).srcObject)).toBeNull();
    expect(await page.textContent('#headline')).toBe('No image yet');
  });

  it('corrects by a neutral face that is shown to the webcam, until that is forgotten or the webcam is off', async () => {
    const button = page.locator('#neutral');
    const shareOf = async (name: (typeof EMOTIONS)[number]) => (await bars())[EMOTIONS.indexOf(name)]!;
    const shows = (text: string) => button.filter({ hasText: text }).waitFor();
    const onPhoto = async () => {
      await page.setInputFiles('#file', PORTRAITS);
      await face('Face 1 of 2: neutral').press('Enter');
      return shareOf('neutral');
    };
    const uncorrected = await onPhoto();
    expect(await button.isVisible()).toBe(false);
    await page.press('#camera', 'Enter');
    await face('Face 1 of 2: neutral').waitFor(); // the larger one
    await face('Face 1 of 2').press('Enter');
    const before = await shareOf('neutral');
    expect(before).toBeGreaterThan(0.5);
    await page.focus('#heat-map');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement!.id)).toBe('neutral');
    await page.keyboard.press('Space');
    await page.locator('#neutral-status', { hasText: /without any expression: [1-9]\d* %/ }).waitFor();
    await shows('Forget my neutral face');
    expect(await page.textContent('#neutral-status')).toBe('Corrected by your neutral face.');
    await expect.poll(() => shareOf('neutral'), { timeout: PATIENCE }).toBeCloseTo(0.35, 1); // RESTING of src/faces/baseline.ts
    await page.setViewportSize({ width: 360, height: 800 });
    expect(await violationsIn(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect((await button.boundingBox())!.height).toBeGreaterThanOrEqual(44); // for a thumb
    await button.dispatchEvent('click'); // as a tap gives it: a click would wait until the frames stand still
    await shows('This is my neutral face');
    await expect.poll(() => shareOf('neutral'), { timeout: PATIENCE }).toBeCloseTo(before, 1);
    await button.press('Enter');
    await shows('Forget my neutral face');
    await page.press('#camera', 'Enter');
    expect(await button.isVisible()).toBe(false);
    expect(await onPhoto()).toBeCloseTo(uncorrected, 5); // it may show somebody else
    expect(await page.textContent('#problem')).toBe('');
  });

  it('says so when a file is not an image', async () => {
    await page.setInputFiles('#file', join(ROOT, 'package.json'));
    await page.locator('#problem', { hasText: 'not an image' }).waitFor();
  });

  it(
    'gives the same probabilities on every backend that the browser offers',
    async () => {
      await page.uncheck('#find'); // the same pixels for every backend: detectors differ in the last digits
      await page.setInputFiles('#file', COLLINS);
      await speed('wasm');
      const expected = await bars();
      const offered = await page
        .locator('#backend option:enabled')
        .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
      expect(offered).toEqual(expect.arrayContaining(['wasm', 'webgl', 'cpu'])); // WebGPU where there is an adapter
      for (const backend of [...offered.filter((name) => name !== 'wasm'), 'wasm']) {
        await page.selectOption('#backend', backend);
        await speed(backend);
        expect(await bars(), backend).toBeAllClose(expected, { atol: 1e-4, rtol: 0 });
      }
      expect(await page.textContent('#problem')).toBe('');
    },
    3 * PATIENCE,
  );

  it('asks no other server for anything, and throws nothing', () => {
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(demo.site.url))).toEqual([]);
    expect(problems).toEqual([]);
  });
});
