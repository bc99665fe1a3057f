import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditDataset } from '../../src/curation/audit';
import { DatasetError, InputError } from '../../src/errors';
import { toGraySize } from '../../src/image/preprocess';
import { loadImageFolder } from '../../src/data/image-folder';
import { failureOf } from './fixtures';
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
      'train/0_angry/Thumbs.db': 'not an image',
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
    expect([...dataset.splits]).toEqual([0, 0, 0, 0, 1, 2, 2]);
    expect([...dataset.rows]).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect([dataset.size, dataset.height, dataset.width, dataset.channels]).toEqual([7, 48, 48, 1]);
    expect(dataset.where('PublicTest').names).toEqual(['validation/Disgust/e.png']);
    expect(auditDataset(dataset).copies).toBe(0);
  });

  it('keeps gray images of the right size byte for byte', async () => {
    const dataset = await loadImageFolder(whole);
    const expected = Array.from({ length: 48 * 48 }, (_, i) => Math.floor(40 + (i % 48) / 2));
    expect([...dataset.images.subarray(0, 48 * 48)]).toEqual(expected);
  });

  it('converts others to gray and resizes them like photos in classification', async () => {
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
    expect([...dataset.splits]).toEqual([255, 255]);
    expect([...dataset.labels]).toEqual([3, 4]);
    expect([dataset.height, dataset.width, dataset.images.length]).toEqual([24, 12, 2 * 24 * 12]);
  });

  it('reads many images of several sizes in their order, and reports progress', async () => {
    const files: Record<string, Uint8Array> = {};
    for (let i = 0; i < 40; i++) files[`happy/${100 + i}.png`] = await picture(i, i % 3 ? 48 : 50, 48, i % 5 ? 1 : 3);
    const reports: unknown[] = [];
    const dataset = await loadImageFolder(await folder(files), { onProgress: (report) => reports.push(report) });
    const firsts = Array.from({ length: 40 }, (_, i) => dataset.images[i * 48 * 48]!);
    firsts.forEach((first, i) => expect(Math.abs(first - i)).toBeLessThanOrEqual(1));
    expect(reports).toEqual([16, 32, 40].map((files) => ({ files, totalFiles: 40 })));
  });

  it('names the file that cannot be decoded, or skips it', async () => {
    const good = await picture(1);
    const dir = await folder({
      'happy/a.png': good,
      'happy/b.png': good.subarray(0, 60),
      'happy/c.png': '',
      'sad/d.png': good,
    });
    const error = (await failureOf(loadImageFolder(dir))) as DatasetError;
    expect(error).toBeInstanceOf(DatasetError);
    expect(error.message).toMatch(
      /^loadImageFolder: happy\/b\.png: expected a whole image in a known format, received (?!.*loadImageFolder)/,
    );
    expect([error.file, error.cause]).toEqual(['happy/b.png', expect.any(InputError)]);
    const dataset = await loadImageFolder(dir, { onInvalid: 'skip' });
    expect(dataset.names).toEqual(['happy/a.png', 'sad/d.png']);
    expect([...dataset.rows]).toEqual([1, 4]);
    expect(dataset.images.length).toBe(2 * 48 * 48);
    expect(dataset.images.subarray(0, 48 * 48)).toEqual(dataset.images.subarray(48 * 48));
    expect(dataset.skipped.map(({ file }) => file)).toEqual(['happy/b.png', 'happy/c.png']);
  });

  it('refuses images outside of class folders, or lists their folders', async () => {
    const good = await picture(1);
    const dir = await folder({ 'a.png': good, 'train/a.png': good, 'train/b.png': good, 'train/sad/c.png': good });
    await expect(loadImageFolder(dir)).rejects.toThrow(
      'loadImageFolder: .: expected images in folders named by their class, received images outside of folders.',
    );
    const dataset = await loadImageFolder(dir, { onInvalid: 'skip' });
    expect(dataset.names).toEqual(['train/sad/c.png']);
    expect(dataset.skipped.map(({ file }) => file)).toEqual(['.', 'train']);
  });

  it('uses the folder names as class names', async () => {
    const good = await picture(1);
    const files = ['engaged/a.png', 'bored/b.png', 'Confused/c.png', 'happy/d.png', 'engaged/deeper/e.png'];
    const dataset = await loadImageFolder(await folder(Object.fromEntries(files.map((file) => [file, good]))));
    expect(dataset.classNames).toEqual(['Confused', 'bored', 'engaged', 'happy']);
    expect(dataset.classCounts()).toEqual([1, 1, 2, 1]);
    expect(dataset.names?.[4]).toBe('happy/d.png');
  });

  it('reports ignored files by extension, and does not follow links to folders', async () => {
    const good = await picture(1);
    const dir = await folder({
      'sad/a.png': good,
      'sad/b.txt': '',
      'happy/c.TXT': '',
      'happy/d': '',
      'happy/e.jfif': good,
    });
    await symlink('.', join(dir, 'loop'));
    await symlink('..', join(dir, 'sad', 'up'));
    await symlink(join(dir, 'sad', 'a.png'), join(dir, 'sad', 'z.png'));
    const dataset = await loadImageFolder(dir);
    expect(dataset.names).toEqual(['happy/e.jfif', 'sad/a.png', 'sad/z.png']);
    expect(dataset.skipped.map(({ message }) => message)).toEqual([
      'loadImageFolder: loop: expected a folder, received a link to a folder. Replace it by the folder.',
      'loadImageFolder: sad/up: expected a folder, received a link to a folder. Replace it by the folder.',
      'loadImageFolder: happy/c.TXT: expected images, received 2 files, this the first of them, with the ending .txt.',
      'loadImageFolder: happy/d: expected images, received a file without an ending.',
    ]);
  });

  it('reads files of an input element, and directory handles', async () => {
    const bytes = new Uint8Array(await picture(7));
    const file = (path: string) =>
      Object.defineProperty(new File([bytes], 'x.png'), 'webkitRelativePath', { value: path });
    const chosen = await loadImageFolder([file('faces/b/y.png'), file('faces/a/x.png')]);
    expect([chosen.names, chosen.classNames]).toEqual([
      ['a/x.png', 'b/y.png'],
      ['a', 'b'],
    ]);
    const entry = (kind: string, more: object) => ({ kind, name: 'n', ...more });
    const one = entry('directory', {
      entries: async function* () {
        yield ['x.png', entry('file', { getFile: async () => new File([bytes], 'x.png') })];
      },
    });
    const root = entry('directory', {
      entries: async function* () {
        yield ['b', one];
        yield ['a', one];
      },
    });
    expect((await loadImageFolder(root as unknown as FileSystemDirectoryHandle)).names).toEqual(['a/x.png', 'b/x.png']);
    await expect(loadImageFolder([new File([bytes], 'x.png')])).rejects.toThrow('the attribute webkitdirectory');
    await expect(loadImageFolder(3 as never)).rejects.toThrow(InputError);
  });

  it('refuses a folder that does not exist or has no images', async () => {
    await expect(loadImageFolder(join(whole, 'none'))).rejects.toThrow(/expected a folder, received ENOENT/);
    await expect(loadImageFolder('')).rejects.toThrow('loadImageFolder: folder: expected a path, received ""');
    for (const url of ['https://example.org/faces', 'data:,x', new URL('https://example.org/faces')]) {
      const loading = loadImageFolder(url);
      await expect(loading).rejects.toThrow(InputError);
      await expect(loading).rejects.toThrow(/^loadImageFolder: folder: expected a path or a file: URL, received "/);
    }
    const empty = await folder({ 'happy/readme.txt': 'x' });
    await expect(loadImageFolder(empty)).rejects.toThrow(
      /expected images in folders named by their class, received none, but .*readme\.txt: expected images, received a file with/,
    );
    const bad = await folder({ 'happy/a.png': 'x' });
    await expect(loadImageFolder(bad, { onInvalid: 'skip' })).rejects.toThrow(
      /received only invalid ones, the first: happy\/a\.png: /,
    );
    const loose = await folder({ 'a.png': 'x' });
    await expect(loadImageFolder(loose, { onInvalid: 'skip' })).rejects.toThrow(
      `loadImageFolder: ${loose}: expected images in folders named by their class, received only invalid ones, the first: .: expected images in folders named by their class, received images outside of folders.`,
    );
  });

  it.each([
    [{ size: [0, 48] }, 'size[0]'],
    [{ size: 48 }, 'size[0]'],
    [{ onInvalid: 'stop' }, 'onInvalid'],
    [{ split: 'Training' }, 'the key "split"'],
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
