import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { loadModel } from 'fer-cnn';
import type { Download, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/labels';
import { CHROMIUM, HAS_CHROMIUM } from '../support/browser';
import { type DemoPage, openDemoPage, PORTRAITS, ROOT, violationsIn } from '../support/demo-page';

const PATIENCE = 180_000; // graphics cards that the processor imitates are slow

const suite = `the panel that teaches own expressions, in Chromium (skipped without ${CHROMIUM})`;
describe.skipIf(!HAS_CHROMIUM)(suite, { timeout: PATIENCE }, () => {
  let demo: DemoPage;
  let page: Page;
  let [collins, hopper] = ['', '']; // files of one face each
  const asked: string[] = [];
  const problems: string[] = [];

  const part = (name: string) => page.locator(`#teach [data-as="${name}"]`);
  const card = (i: number) => part('cards').locator('> li').nth(i);
  const hold = (name: string) => page.getByRole('button', { name: `Hold to record ${name}` });
  const strip = (name: string) => page.getByRole('group', { name: `Samples of ${name}` });
  const counts = async () => (await part('count').allTextContents()).map((text) => Number.parseInt(text, 10) || 0);
  const shows = (locator: Locator, text: string | RegExp) => locator.filter({ hasText: text }).waitFor();

  async function open(): Promise<Page> {
    const page = await demo.site.browser.newPage({ reducedMotion: 'reduce', permissions: ['camera', 'clipboard-write', 'clipboard-read'] }); // prettier-ignore
    page.setDefaultTimeout(PATIENCE);
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', ({ message }) => problems.push(message));
    await page.goto(`${demo.site.url}/index.html`);
    return page;
  }

  const add = (name: string, files: string[]) => page.getByLabel(`Add images of ${name}`).setInputFiles(files);

  /** Downloads of a button, saved in a folder. */
  async function downloads(button: string, many: number): Promise<string[]> {
    const files: Promise<string>[] = [];
    const save = async (download: Download) => {
      const path = join(demo.directory, download.suggestedFilename());
      await download.saveAs(path);
      return path;
    };
    page.on('download', (download) => files.push(save(download)));
    await page.getByRole('button', { name: button }).click();
    await expect.poll(() => files.length, { timeout: PATIENCE }).toBe(many);
    page.removeAllListeners('download');
    return Promise.all(files);
  }

  beforeAll(async () => {
    demo = await openDemoPage();
    const { directory } = demo;
    const { width, height } = await sharp(PORTRAITS).metadata();
    const half = Math.floor(width / 2);
    [collins, hopper] = [join(directory, 'collins.png'), join(directory, 'hopper.png')];
    await sharp(PORTRAITS).extract({ left: 0, top: 0, width: half, height }).toFile(collins);
    await sharp(PORTRAITS)
      .extract({ left: half, top: 0, width: width - half, height })
      .toFile(hopper);
    page = await open();
  }, PATIENCE);

  afterAll(() => demo?.close());

  it('begins with two expressions, which can be recorded when the webcam is on', async () => {
    expect(await hold('bored').isDisabled()).toBe(true);
    await part('camera').click();
    await page.locator('#teach [data-as="hold"]:enabled').nth(1).waitFor();
    expect(await part('save-model').isDisabled()).toBe(true);
    expect(await part('save-samples').isDisabled()).toBe(true);
  });

  it('records while a button is held, and predicts as soon as two expressions have samples', async () => {
    await hold('bored').hover();
    await page.mouse.down();
    await shows(card(0), /Recording: [3-9]/);
    await page.mouse.up();
    await shows(card(0), /samples in 1 take/);
    expect(await part('seen').textContent()).toBe('Nothing learned yet');
    await add('engaged', [collins]);
    await shows(part('seen'), /^bored, \d+ %$/); // Hopper
    expect(await page.locator('#teach .bars li').allTextContents()).toEqual([
      expect.stringMatching(/^bored\d+ %$/),
      expect.stringMatching(/^engaged\d+ %$/),
    ]);
    await part('image').setInputFiles(collins);
    await shows(part('seen'), /^engaged, \d+ %$/);
  });

  it('cannot measure with one take of an expression, and says what to do', async () => {
    await shows(part('score'), 'Not measurable: add a second take of "bored", "engaged".');
    await shows(part('advice'), '"engaged" has only 1 sample. Add at least 5.');
  });

  it('records by keys, and measures with two takes of each', async () => {
    await part('camera').press('Enter');
    await page.locator('#teach [data-as="hold"]:enabled').nth(1).waitFor();
    await hold('bored').focus();
    await page.keyboard.down('Space');
    await shows(card(0), /Recording: [2-9]/);
    await page.keyboard.up('Space');
    await shows(card(0), /samples in 2 takes/);
    await add('engaged', [collins]);
    await shows(card(1), '2 samples in 2 takes');
    const samples = (await counts()).reduce((a, b) => a + b);
    await shows(part('score'), `${samples} of ${samples} samples were recognized in 4 takes that were held out.`);
  });

  it('takes a click without a press, as of a screen reader, for two seconds of recording', async () => {
    await hold('bored').evaluate((button) => (button as HTMLButtonElement).click());
    await shows(card(0), /samples in 3 takes/);
  });

  it('deletes samples by pointer and by keys', async () => {
    const [before] = await counts();
    await page.getByRole('button', { name: 'Delete sample 1 of bored' }).click();
    await expect.poll(async () => (await counts())[0]).toBe(before! - 1);
    await page.getByRole('button', { name: 'Delete sample 2 of bored' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await expect.poll(async () => (await counts())[0]).toBe(before! - 2);
    expect(await strip('bored').getByRole('button').count()).toBe(before! - 2);
    expect(await page.evaluate(() => document.activeElement!.ariaLabel)).toBe('Delete sample 3 of bored');
  });

  it('renames an expression, but not to the name of another', async () => {
    const name = card(1).getByRole('textbox');
    await name.fill('bored');
    await name.press('Enter');
    await shows(part('problem'), 'There is an expression “bored” already.');
    await name.fill('smiling');
    await name.press('Enter');
    await page.locator('#teach .bars [data-emotion=smiling]').waitFor();
    expect(await part('problem').textContent()).toBe('');
  });

  it('keeps the seven emotions, and answers "none of these", when that is wanted', async () => {
    const names = () => page.locator('#teach .bars li').evaluateAll((all) => all.map((one) => one.dataset['emotion']));
    await part('keep').check();
    await page.locator('#teach .bars [data-emotion=disgust]').waitFor();
    expect(await names()).toEqual([...EMOTIONS, 'bored', 'smiling']);
    expect(await part('method').locator('option:enabled').count()).toBe(2);
    await part('keep').uncheck();
    await part('none').check();
    await expect.poll(names, { timeout: PATIENCE }).toEqual(['bored', 'smiling', 'none of these']);
    await part('none').uncheck();
    await expect.poll(names, { timeout: PATIENCE }).toEqual(['bored', 'smiling']);
    await part('method').selectOption('logistic');
    await page.locator('#teach progress').waitFor({ state: 'hidden' });
    expect(await part('problem').textContent()).toBe('');
  });

  it('corrects by a neutral face that is shown to the webcam, until the button is pressed again', async () => {
    const neutral = part('neutral'); // the page has another one, for the webcam of its first panel
    expect(await neutral.isDisabled()).toBe(true); // none of the classes is neutral
    await part('keep').check();
    await page.locator('#teach [data-as="neutral"]:enabled').waitFor();
    await neutral.focus();
    await page.keyboard.press('Space');
    await shows(part('neutral-status'), /without any expression: \d+ %/);
    await shows(part('neutral-status'), 'Corrected by your neutral face.');
    expect(await neutral.textContent()).toBe('Forget my neutral face');
    const share = async () => Number.parseInt((await page.locator('#teach .bars [data-emotion=neutral]').textContent())!.slice('neutral'.length), 10); // prettier-ignore
    await expect.poll(async () => Math.abs((await share()) - 35), { timeout: PATIENCE }).toBeLessThanOrEqual(5); // RESTING
    await neutral.press('Enter');
    await shows(neutral, 'This is my neutral face');
    await part('keep').uncheck();
    await page.locator('#teach [data-as="neutral"]:disabled').waitFor();
    expect(await part('problem').textContent()).toBe('');
  });

  it('says so if an image has no face, and keeps everything', async () => {
    const before = await counts();
    const black = join(demo.directory, 'black.png');
    await sharp({ create: { width: 90, height: 90, channels: 3, background: 'black' } }).toFile(black);
    await add('smiling', [black]);
    await shows(part('problem'), 'an image with a face');
    expect(await counts()).toEqual(before);
  });

  it('hands out the model, which loads in Node, and the program for it', async () => {
    const files = await downloads('Download the model', 2);
    expect(files.map((file) => file.slice(demo.directory.length + 1)).sort()).toEqual(['expressions.json', 'expressions.weights.bin']); // prettier-ignore
    const { model, card } = await loadModel(join(demo.directory, 'expressions.json'));
    expect(card.classNames).toEqual(['bored', 'smiling']);
    expect(card.taught!.classes[1]).toEqual({ className: 'smiling', samples: 2, takes: 2 });
    model.dispose();
    await page.getByText('Code that loads the model').click();
    await page.getByRole('button', { name: 'Copy the code' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const code = await page.evaluate(() => navigator.clipboard.readText());
    expect(code).toContain("loadClassifier('./expressions.json')");
    expect(code).toContain('Classes: "bored", "smiling"');
  });

  it.each([
    ['light', 1180],
    ['light', 360],
    ['dark', 1180],
    ['dark', 360],
  ] as const)('breaks no rule of accessibility, in %s colors and %i pixels wide', async (colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    expect(await violationsIn(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });

  it('is reached by the Tab key in the order of the page, a strip of samples by one step', async () => {
    await part('camera').focus();
    const order: string[] = [];
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('Tab');
      order.push(await page.evaluate(() => document.activeElement!.ariaLabel ?? document.activeElement!.tagName));
    }
    expect(order.slice(0, 7)).toEqual([
      'INPUT', // an image to try
      'Name of the expression',
      'Remove bored',
      'Hold to record bored',
      'Add images of bored',
      expect.stringMatching(/^Delete sample \d+ of bored$/),
      'Name of the expression',
    ]);
  });

  it('loads samples again, and learns from them', async () => {
    const before = await counts();
    const [file] = await downloads('Download the samples', 1);
    await part('camera').press('Enter'); // off
    await page.close();
    page = await open();
    await part('load').setInputFiles(join(ROOT, 'package.json'));
    await shows(part('problem'), 'loadTeacher');
    await part('load').setInputFiles(file!);
    await page.locator('#teach .bars [data-emotion=smiling]').waitFor();
    expect(await counts()).toEqual(before);
    expect(await strip('smiling').locator('canvas').count()).toBe(2);
    await part('image').setInputFiles(hopper);
    await shows(part('seen'), /^bored, \d+ %$/);
  });

  it('removes an expression, and adds another one', async () => {
    await page.getByRole('button', { name: 'Remove bored' }).click();
    await shows(part('seen'), 'Nothing learned yet');
    expect(await part('save-model').isDisabled()).toBe(true);
    await part('another').click();
    expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('expression 1');
  });

  it('asks no other server for anything, and throws nothing', () => {
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(demo.site.url))).toEqual([]);
    expect(problems).toEqual([]);
  });
});
