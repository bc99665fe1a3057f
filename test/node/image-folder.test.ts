import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditDataset } from '../../src/curation/audit';
import { DatasetError, InputError } from '../../src/errors';
import { toGraySize } from '../../src/image/preprocess';
import { loadImageFolder } from '../../src/node/image-folder';
import { failureOf } from '../data/fixtures';
import { describeOn, expectNoLeaks } from '../support/backends';

/** A PNG or JPEG of a horizontal ramp of grays that starts at `from`. */
async function picture(
  from: number,
  width = 48,
  height = 48,
  channels: 1 | 3 = 1,
  type: 'png' | 'jpeg' = 'png',
): Promise<Buffer> {
  const data = Uint8Array.from(
    { length: width * height * channels },
    (_, i) => from + (Math.floor(i / channels) % width) / 2,
  );
  const image = sharp(data, { raw: { width, height, channels } });
  return image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .toFormat(type)
    .toBuffer();
}

describeOn(['cpu', 'wasm'], 'loadImageFolder', () => {
  expectNoLeaks();
  const dirs: string[] = [];
  const folder = async (files: Record<string, Uint8Array | string>): Promise<string> => {
    const dir = await mkdtemp(join(tmpdir(), 'images-'));
    dirs.push(dir);
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true });
      await writeFile(join(dir, path), content);
    }
    return dir;
  };
  let whole = '';
  beforeAll(async () => {
    whole = await folder({
      'README.md': 'text',
      '.hidden/happy/x.png': 'not looked at',
      'test/Happiness/b.png': await picture(10),
      'test/surprised/c.JPG': await picture(20, 48, 48, 3, 'jpeg'),
      'train/0_angry/z.png': await picture(30),
      'train/0_angry/a.png': await picture(40),
      'train/0_angry/deeper/b.png': await picture(50),
      'train/0_angry/Thumbs.db': 'not a picture',
      'train/neutral/d.png': await picture(60, 96, 120, 3),
      'validation/Disgust/e.png': await picture(70, 20, 20),
    });
  });
  afterAll(() => Promise.all(dirs.map((dir) => rm(dir, { recursive: true }))));

  it('reads splits and classes in any common spelling, in an order of their own', async () => {
    const dataset = await loadImageFolder(whole);
    expect(dataset.names).toEqual([
      'train/0_angry/a.png',
      'train/0_angry/deeper/b.png',
      'train/0_angry/z.png',
      'train/neutral/d.png',
      'validation/Disgust/e.png',
      'test/Happiness/b.png',
      'test/surprised/c.JPG',
    ]);
    expect([...dataset.labels]).toEqual([0, 0, 0, 6, 1, 3, 5]);
    expect([...dataset.usage]).toEqual([0, 0, 0, 0, 1, 2, 2]);
    expect([...dataset.rows]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([dataset.size, dataset.height, dataset.width, dataset.channels]).toEqual([7, 48, 48, 1]);
    expect(dataset.where('PublicTest').names).toEqual(['validation/Disgust/e.png']);
    expect(auditDataset(dataset).copies).toBe(0);
  });

  it('keeps gray pictures of the right size byte for byte', async () => {
    const dataset = await loadImageFolder(whole);
    const expected = Array.from({ length: 48 * 48 }, (_, i) => Math.floor(40 + (i % 48) / 2));
    expect([...dataset.images.subarray(0, 48 * 48)]).toEqual(expected);
  });

  it('turns others gray and resizes them as photos are when they are classified', async () => {
    const dataset = await loadImageFolder(whole);
    const ramp = Float32Array.from({ length: 96 * 120 * 3 }, (_, i) => Math.floor(60 + (Math.floor(i / 3) % 96) / 2));
    const photo = tf.tensor4d(ramp, [1, 120, 96, 3]);
    const small = toGraySize(photo, [48, 48]);
    expect(dataset.images.subarray(3 * 48 * 48, 4 * 48 * 48)).toBeAllClose(await small.data(), { atol: 0.5001 });
    tf.dispose([photo, small]);
  });

  it('reads classes without splits, and other sizes', async () => {
    const dir = await folder({ 'happy/a.png': await picture(1), 'sad/b.png': await picture(2) });
    const dataset = await loadImageFolder(dir, { size: [24, 12] });
    expect([...dataset.usage]).toEqual([255, 255]);
    expect([...dataset.labels]).toEqual([3, 4]);
    expect([dataset.height, dataset.width, dataset.images.length]).toEqual([24, 12, 2 * 24 * 12]);
  });

  it('reads many pictures of several sizes in their order, and reports progress', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 40; i++) files[`happy/${100 + i}.png`] = await picture(i, i % 3 ? 48 : 50, 48, i % 5 ? 1 : 3);
    const reports: unknown[] = [];
    const dataset = await loadImageFolder(await folder(files), { onProgress: (report) => reports.push(report) });
    const firsts = Array.from({ length: 40 }, (_, i) => dataset.images[i * 48 * 48]!);
    firsts.forEach((first, i) => expect(Math.abs(first - i)).toBeLessThanOrEqual(1));
    expect(reports).toEqual([16, 32, 40].map((files) => ({ files, totalFiles: 40 })));
  });

  it('names the file that cannot be decoded, or leaves it out', async () => {
    const good = await picture(1);
    const dir = await folder({
      'happy/a.png': good,
      'happy/b.png': good.subarray(0, 60),
      'happy/c.png': '',
      'sad/d.png': good,
    });
    const error = (await failureOf(loadImageFolder(dir))) as DatasetError;
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toMatch(/^loadImageFolder: happy\/b\.png: expected a picture that can be decoded, received /);
    expect([error.file, error.cause]).toEqual(['happy/b.png', expect.any(InputError)]);
    const dataset = await loadImageFolder(dir, { onInvalid: 'skip' });
    expect(dataset.names).toEqual(['happy/a.png', 'sad/d.png']);
    expect([...dataset.rows]).toEqual([1, 4]);
    expect(dataset.images.length).toBe(2 * 48 * 48);
    expect(dataset.images.subarray(0, 48 * 48)).toEqual(dataset.images.subarray(48 * 48));
    expect(dataset.skipped.map(({ file }) => file)).toEqual(['happy/b.png', 'happy/c.png']);
  });

  it('refuses folders that are named by no class, each once', async () => {
    const good = await picture(1);
    const dir = await folder({
      'a.png': good,
      'train/contempt/a.png': good,
      'train/contempt/b.png': good,
      'train/sad/c.png': good,
    });
    await expect(loadImageFolder(dir)).rejects.toThrow(
      'loadImageFolder: .: expected folders named like one of the seven emotions, received pictures outside of any folder.',
    );
    const dataset = await loadImageFolder(dir, { onInvalid: 'skip' });
    expect(dataset.names).toEqual(['train/sad/c.png']);
    expect(dataset.skipped.map(({ file }) => file)).toEqual(['.', 'train/contempt']);
  });

  it('refuses a folder that is not there or holds no pictures', async () => {
    await expect(loadImageFolder(join(whole, 'none'))).rejects.toThrow(
      /expected a folder, received the failure "ENOENT/,
    );
    const empty = await folder({ 'happy/readme.txt': 'x' });
    await expect(loadImageFolder(empty)).rejects.toThrow(
      /expected pictures in folders named by their class, received none/,
    );
    const bad = await folder({ 'happy/a.png': 'x' });
    await expect(loadImageFolder(bad, { onInvalid: 'skip' })).rejects.toThrow(
      /received bad ones only, the first at .*a\.png/,
    );
  });

  it.each([
    [{ size: [0, 48] }, 'size[0]'],
    [{ size: 48 }, 'size[0]'],
    [{ onInvalid: 'stop' }, 'onInvalid'],
    [{ usage: 'Training' }, 'the option "usage"'],
  ])('refuses the options %j', async (options, message) => {
    const failure = (await failureOf(loadImageFolder(whole, options as object))) as Error;
    expect(failure).toBeInstanceOf(InputError);
    expect(failure.message).toContain(message);
  });

  it('stops on a signal and throws its reason', async () => {
    expect(await failureOf(loadImageFolder(whole, { signal: AbortSignal.abort('early') }))).toBe('early');
    const controller = new AbortController();
    const onProgress = (): void => controller.abort('late');
    expect(await failureOf(loadImageFolder(whole, { signal: controller.signal, onProgress }))).toBe('late');
  });
});
