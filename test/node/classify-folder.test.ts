import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import type { Prediction } from '../../src/classify/predictions';
import { BackendError, InputError, WeightsError } from '../../src/errors';
import { classifyFolder, type ClassifyFolderOptions, type FolderProgress } from '../../src/node/classify-folder';
import { Random } from '../../src/random';
import { loadModel } from '../../src/storage/load-model';
import { saveModel } from '../../src/storage/save-model';
import { useBackend } from '../support/backends';
import { draftCard } from '../support/cards';
import { tinyCnn } from '../support/tiny';

const fileHere = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const PROGRAM = fileHere('classify-folder.program.mjs');
const POISON = fileHere('poison-backend.mjs');
const NO_SHARP = fileHere('no-sharp-backend.mjs');
const CPU = '@tensorflow/tfjs-backend-cpu';
const SIZE = 20; // images
const NAMES = Array.from({ length: SIZE }, (_, i) => `${i % 3}/${i}.png`);

let folder = '';
const at = (...names: string[]) => join(folder, ...names);

/** The lines of a results file. */
async function linesOf(path: string): Promise<{ file: string; predictions?: Prediction[]; error?: string }[]> {
  const text = await readFile(path, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Random gray images and a tiny model with a card. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-folder-'));
  for (const [i, name] of NAMES.entries()) {
    await mkdir(at('images', name, '..'), { recursive: true });
    const pixels = Uint8Array.from({ length: 24 * 24 }, (_, j) => new Random(i, j).integer(256));
    await sharp(pixels, { raw: { width: 24, height: 24, channels: 1 } })
      .png()
      .toFile(at('images', name));
  }
  await useBackend('cpu');
  const model = tinyCnn();
  await saveModel(at('model'), model, { card: draftCard([16, 16]) });
  model.dispose();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const options = (name: string, more: Partial<ClassifyFolderOptions> = {}): ClassifyFolderOptions => ({
  out: at(`${name}.jsonl`),
  model: at('model'),
  workers: { backend: CPU, count: 2, batchSize: 4 },
  ...more,
});

describe('classifyFolder', () => {
  it(
    'gives what the classifier gives, an error for a broken image, and continues when a worker dies',
    { timeout: 300_000 },
    async () => {
      const dir = at('mixed');
      await mkdir(join(dir, 'deep/er'), { recursive: true });
      const good = ['a.png', 'b.png', 'deep/c.png', 'deep/er/d.png', 'deep/e.png'];
      for (const [i, name] of [...good, 'poison.png'].entries())
        await writeFile(join(dir, name), await readFile(at('images', NAMES[i]!)));
      await writeFile(join(dir, 'broken.png'), 'no image');
      const progress: FolderProgress[] = [];
      const workers = { backend: POISON, count: 2, batchSize: 4 };
      const summary = await classifyFolder(
        dir,
        options('mixed', { workers, onProgress: (step) => void progress.push(step) }),
      );
      expect(summary).toEqual({ files: 7, totalFiles: 7, failed: 2, resumed: 0, ignored: 0, ignoredFiles: [] });
      expect(progress.at(-1)).toEqual({ files: 7, totalFiles: 7, failed: 2 });
      const results = new Map((await linesOf(at('mixed.jsonl'))).map((line) => [line.file, line]));
      expect([...results.keys()].toSorted()).toEqual([...good, 'broken.png', 'poison.png'].toSorted());
      expect(results.get('broken.png')!.error).toContain('broken.png: expected a whole image in a known format');
      expect(results.get('poison.png')!.error).toContain('received an exit (SIGKILL)');
      const stored = await loadModel(at('model'));
      const classifier = await loadClassifier(stored);
      for (const name of good) {
        const predictions = await classifier.classify(join(dir, name));
        const [values, same] = [results.get(name)!.predictions!, predictions].map((list) =>
          list.map(({ probability }) => probability),
        );
        expect(values).toBeAllClose(same!, { atol: 1e-6 });
        expect(results.get(name)!.predictions!.map(({ className }) => className)).toEqual(
          predictions.map(({ className }) => className),
        );
      }
      classifier.dispose();
      stored.model.dispose();
    },
  );

  it('finds the faces in photos, and takes small images without one as the face', { timeout: 300_000 }, async () => {
    const dir = at('photos');
    await mkdir(dir);
    await copyFile(fileHere('../../examples/pictures/portraits.jpg'), join(dir, 'a.jpg'));
    await copyFile(at('images', NAMES[0]!), join(dir, 'b.png'));
    const wasm = { backend: '@tensorflow/tfjs-backend-wasm', count: 1 };
    await classifyFolder(dir, options('photos', { workers: wasm, faces: true, topk: 1 }));
    const lines = (await linesOf(at('photos.jsonl'))).toSorted((a, b) => (a.file < b.file ? -1 : 1));
    const face = { box: { x: expect.any(Number) }, score: expect.any(Number), predictions: [{}] };
    expect(lines).toMatchObject([
      { file: 'a.jpg', faces: [face, face] },
      { file: 'b.png', isCrop: true, faces: [{ box: { x: 0, y: 0, width: 24, height: 24 }, predictions: [{}] }] },
    ]);
    await expect(classifyFolder(dir, options('photos', { workers: wasm, topk: 1 }))).rejects.toThrow(InputError);
  });

  it('killed at any moment loses no image and doubles none', { timeout: 300_000 }, async () => {
    const out = at('killed.jsonl');
    const random = new Random(7);
    let before = 0;
    for (let kills = 0; kills < 4; kills++) {
      const program = spawn(process.execPath, [PROGRAM, at('images'), out, at('model')], { stdio: 'ignore' });
      const ended = new Promise((resolve) => program.once('exit', resolve));
      while (program.exitCode === null && (await sizeOf(out)) <= before) await sleep(5);
      await sleep(random.integer(40));
      program.kill('SIGKILL');
      await ended;
      before = await sizeOf(out);
      if (kills % 2 === 0) await truncate(out, (before -= random.integer(50))); // as if the kill had come amid a write
    }
    const done = spawn(process.execPath, [PROGRAM, at('images'), out, at('model')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const printed = await done.stdout.toArray();
    const summary = JSON.parse(Buffer.concat(printed).toString());
    expect(summary).toMatchObject({ files: SIZE, totalFiles: SIZE, failed: 0 });
    expect(summary.resumed).toBeGreaterThan(0);
    expect((await linesOf(out)).map(({ file }) => file).toSorted()).toEqual(NAMES.toSorted());
  });

  it('stops at a signal and continues later, shard by shard', { timeout: 300_000 }, async () => {
    const [stopping, reason] = [new AbortController(), new Error('enough')];
    const run = (shard: number, more: Partial<ClassifyFolderOptions> = {}) =>
      classifyFolder(at('images'), options(`shard-${shard}`, { shard: { index: shard, count: 2 }, topk: 1, ...more }));
    const workers = { backend: CPU, count: 1, batchSize: 1 };
    const onProgress = ({ files }: FolderProgress) => void (files === 2 && stopping.abort(reason));
    await expect(run(0, { signal: stopping.signal, onProgress, workers })).rejects.toBe(reason);
    expect((await run(0)).resumed).toBe(2);
    await run(1);
    const lines = [...(await linesOf(at('shard-0.jsonl'))), ...(await linesOf(at('shard-1.jsonl')))];
    expect(lines.map(({ file }) => file).toSorted()).toEqual(NAMES.toSorted());
    for (const { predictions } of lines) expect(predictions).toHaveLength(1);
    const idle = await run(1, { workers: { backend: 'nowhere' } }); // nothing to do, so no worker is started
    expect(idle.resumed).toBe(idle.totalFiles);
  });

  it('stops at a signal that comes while the folder is counted', async () => {
    const [stopping, reason] = [new AbortController(), new Error('enough')];
    const run = classifyFolder(at('images'), options('counting', { signal: stopping.signal }));
    stopping.abort(reason);
    await expect(run).rejects.toBe(reason);
    await expect(stat(at('counting.jsonl'))).rejects.toThrow('ENOENT');
  });

  it(
    'says what a worker cannot load, and leaves a file that a later run continues with',
    { timeout: 300_000 },
    async () => {
      const run = (more: Partial<ClassifyFolderOptions>) => classifyFolder(at('images'), options('failing', more));
      const backend = run({ workers: { backend: './no-such-backend.mjs' } });
      await expect(backend).rejects.toThrow(BackendError);
      await expect(backend).rejects.toThrow('no-such-backend.mjs');
      const model = classifyFolder(at('images'), options('no-model', { model: at('nothing') }));
      await expect(model).rejects.toThrow(WeightsError);
      await expect(model).rejects.toThrow('model.json');
      const decoder = run({ workers: { backend: NO_SHARP } });
      await expect(decoder).rejects.toThrow(
        'classifyFolder: expected the package sharp, received none that can be loaded. Install it with: npm install sharp',
      );
      expect(await sizeOf(at('failing.jsonl'))).toBe(0);
    },
  );

  it.each([
    [{ out: '' }, 'options.out: expected a path'],
    [{ out: 'results\0.jsonl' }, 'options.out: expected a path'],
    [{ model: '' }, 'options.model: expected a path'],
    [{ workers: {} }, 'options.workers.backend: expected a module'],
    [{ workers: { backend: CPU, count: 0 } }, 'options.workers.count: expected an integer in 1..1024'],
    [{ topk: 1.5 }, 'options.topk: expected an integer'],
    [{ shard: { index: 2, count: 2 } }, 'options.shard.index: expected an integer in 0..1, received 2'],
    [{ retries: 1 }, 'received the key "retries"'],
  ])('refuses %j', async (wrong, message) => {
    const refused = classifyFolder(at('images'), options('refused', wrong as Partial<ClassifyFolderOptions>));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow(InputError);
    await expect(stat(at('refused.jsonl'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['deep', 'deep'],
    ['weights/mine', resolve('weights/mine')],
  ])('notes down the weights %s so that they are the same from any directory', async (model, noted) => {
    await mkdir(at('empty'), { recursive: true });
    const name = basename(model);
    await classifyFolder(at('empty'), options(name, { model }));
    expect(JSON.parse(await readFile(at(`${name}.jsonl.run.json`), 'utf8'))).toMatchObject({ model: noted });
  });

  it('tells the other files of the folder, 100 of them by name, without its own results', async () => {
    const dir = at('others');
    await mkdir(join(dir, 'deep'), { recursive: true });
    await writeFile(join(dir, 'deep/clip.mp4'), '');
    const run = () => classifyFolder(dir, { ...options(''), out: join(dir, 'results.jsonl') });
    const summary = { files: 0, totalFiles: 0, failed: 0, resumed: 0, ignored: 1, ignoredFiles: ['deep/clip.mp4'] };
    for (let i = 0; i < 2; i++) expect(await run()).toEqual(summary);
    for (let i = 0; i < 150; i++) await writeFile(join(dir, `${i}.psd`), '');
    const { ignored, ignoredFiles } = await run();
    expect([ignored, new Set(ignoredFiles).size]).toEqual([151, 100]);
  });

  it('refuses a folder that is not there', async () => {
    await expect(classifyFolder(at('nowhere'), options('refused'))).rejects.toThrow(
      'expected a folder that can be read',
    );
  });
});

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
