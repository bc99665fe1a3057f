import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/labels';
import { csvOf } from '../data/fixtures';
import { ferCnn, ROOT } from '../support/commands';

const PICTURES = join(ROOT, 'examples/pictures');
const COLLINS = join(PICTURES, 'collins.png');
const MINUTES = 60_000;

let folder = '';
const at = (...names: string[]) => join(folder, ...names);

/** A folder of two own classes: twelve copies of a photo each. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-cli-'));
  for (const [name, picture] of Object.entries({ bored: 'collins.png', engaged: 'drawn-happy.png' })) {
    await mkdir(at('faces', name), { recursive: true });
    for (let i = 0; i < 12; i++) await copyFile(join(PICTURES, picture), at('faces', name, `${i}.png`));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('fer-cnn', () => {
  it.each(['classify', 'train', 'evaluate', 'explain', 'audit', 'export'])(
    '%s explains itself with examples',
    async (name) => {
      const { code, stdout } = await ferCnn(name, '--help');
      expect(code).toBe(0);
      expect(stdout).toContain(`Usage: fer-cnn ${name} `);
      expect(stdout).toContain(`Examples:\n  $ npx fer-cnn ${name} `);
    },
  );

  it.each([
    [['clasify'], "unknown command 'clasify'"],
    [['classify'], 'missing required argument'],
    [['classify', '--box', '1,2,3', 'a.png'], "'--box <x,y,w,h>' argument '1,2,3' is invalid"],
    [['classify', '--topk', '0', 'a.png'], 'at least 1'],
    [['classify', '--topk', 'two', 'a.png'], 'at least 1'],
    [['classify', COLLINS, '--workers', '2'], '--workers: expected --out too'],
    [['classify', COLLINS, '--annotate', 'a.gif'], '--annotate a.gif: expected a file that ends in .png, .jpg'],
    [['classify', COLLINS, '--annotate', COLLINS], 'expected another file than the image, which it would overwrite'],
    [['explain', COLLINS, '--out', COLLINS], 'expected another file than the image, which it would overwrite'],
    [['export', 'compact', '--out', 'a.h5'], 'a file that ends in .onnx or .keras, or a directory, received .h5'],
    [['export', 'compact', '--out', 'a.keras', '--dtype', 'uint8'], '--dtype: expected a directory as --out'],
    [['export', 'compact', '--out', 'a', '--opset', '14'], '--opset: expected a file that ends in .onnx as --out'],
    [['classify', '--out', 'x.jsonl', '--shard', '2/2', '.'], "'--shard <i/n>' argument '2/2' is invalid"],
    [['classify', '--out', 'x.jsonl', 'a', 'b'], '--out: expected one folder'],
    [['train', '--out', 'x', '--data', 'y', '--augment', 'mixup'], "'--augment <json>' argument 'mixup' is invalid"],
    [['train', '--out', 'nowhere'], "required option '--data <path>' not specified"],
    [['evaluate', '--data', 'x', '--backend', 'abacus'], "argument 'abacus' is invalid"],
    [['export', 'compact', '--out', 'a.onnx', '--opset', '9'], 'from 13 to 21'],
    [['classify', PICTURES], 'Add --out results.jsonl to classify its images'],
  ])('refuses %j with status 2', async (args, message) => {
    const { code, stderr } = await ferCnn(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m); // no stack
  });

  it.each([
    [['classify', COLLINS, '--model', 'file://remotehost/x'], 'host must be'],
    [['classify', COLLINS, '--model', at('nothing')], 'model.json'],
    [['audit', '--data', 'missing'], 'missing: expected a CSV file or a folder of images, received a path that'],
  ])('fails at %j with status 1 and one line', async (args, message) => {
    const { code, stderr } = await ferCnn(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it(
    'finds and classifies faces in files, continues after a bad one, and marks them in a photo',
    { timeout: 5 * MINUTES },
    async () => {
      const args = ['classify', 'none.png', COLLINS, '--topk', '2', '--backend', 'wasm'];
      const table = await ferCnn(...args);
      expect(table.code).toBe(1);
      expect(table.stdout).toMatch(
        /collins\.png\n {2}Face 1 of 1, pixels \d+, .*\n {2}happy +[█▏▎▍▌▋▊▉]+ +\d+\.\d %\n/,
      );
      expect(table.stderr).toContain('none.png');
      expect(table.stderr).not.toContain('TensorFlow.js in Node'); // the banner of tfjs
      const [bad, good] = JSON.parse((await ferCnn(...args, '--json')).stdout);
      expect(bad).toEqual({ file: 'none.png', error: expect.stringContaining('none.png') });
      expect(good.faces).toHaveLength(1);
      expect(good.faces[0].predictions).toHaveLength(2);
      const photo = join(PICTURES, 'astronaut.jpg');
      const marked = await ferCnn('classify', photo, '--annotate', at('marked.png'), '--backend', 'wasm', '--json');
      const [{ faces }] = JSON.parse(marked.stdout);
      expect(faces).toHaveLength(1);
      expect(faces[0].predictions[0].className).toBe('happy');
      expect(faces[0].box.x).toBeCloseTo(177.7, 0); // as in test/faces/blazeface
      const frame = { left: Math.round(faces[0].box.x), top: Math.round(faces[0].box.y) + 40, width: 1, height: 1 };
      const [red, green] = await sharp(at('marked.png')).removeAlpha().extract(frame).raw().toBuffer();
      expect(red! - green!).toBeGreaterThan(80); // the frame
      const byBox = await ferCnn('classify', photo, '--box', '175,60,95,110', '--backend', 'wasm', '--json');
      expect(JSON.parse(byBox.stdout)[0].faces).toMatchObject([{ box: { x: 175, y: 60, width: 95, height: 110 } }]);
      const outside = await ferCnn('classify', photo, '--box', '9000,60,95,110', '--backend', 'wasm');
      expect(outside).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('outside of its 512') });
    },
  );

  it(
    'takes small images without a face, and any with --crop, as the face, and says so',
    { timeout: 5 * MINUTES },
    async () => {
      const gray = { width: 48, height: 48, channels: 3, background: '#888' } as const;
      await sharp({ create: gray }).toFile(at('small.png'));
      await sharp({ create: { ...gray, width: 200 } }).toFile(at('large.png'));
      const { stdout } = await ferCnn('classify', at('small.png'), at('large.png'), '--backend', 'wasm');
      expect(stdout).toMatch(
        /small\.png\n {2}No face found in this small image: all of it is taken as the face\.\n {2}\w+ /,
      );
      expect(stdout).toMatch(/large\.png\n {2}No face found\. With --crop/);
      const crop = await ferCnn('classify', at('large.png'), '--crop', '--backend', 'wasm', '--json');
      expect(JSON.parse(crop.stdout)).toMatchObject([
        { isCrop: true, faces: [{ box: { x: 0, y: 0, width: 200, height: 48 } }] },
      ]);
    },
  );

  it('trains, resumes, scores, explains and exports a model of own classes', { timeout: 10 * MINUTES }, async () => {
    process.env['MALLOC_TRIM_THRESHOLD_'] ??= '1'; // or training would start this program again
    const out = at('run');
    const train = ['train', '--data', at('faces'), '--model', 'shallow', '--network', '{"dense":{"units":[8]}}'];
    const first = await ferCnn(...train, '--epochs', '1', '--out', out, '--backend', 'wasm');
    expect(first.code, first.stderr).toBe(0);
    expect((await ferCnn(...train, '--epochs', '2', '--out', out, '--backend', 'wasm')).stderr).toContain('--resume');
    const second = await ferCnn(...train, '--epochs', '2', '--out', out, '--backend', 'wasm', '--resume', '--json');
    expect(second.code, second.stderr).toBe(0);
    expect(JSON.parse(second.stdout).classNames).toEqual(['bored', 'engaged']);
    const other = await ferCnn(...train, '--epochs', '2', '--seed', '2', '--out', out, '--backend', 'wasm', '--resume');
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--resume: checkpoint.*--out to start again/m),
    });
    const history = JSON.parse(await readFile(join(out, 'history.json'), 'utf8'));
    expect(history.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2]);
    expect(await readdir(out)).toEqual(
      expect.arrayContaining(['card.json', 'model.json', 'weights.bin', 'report.json']),
    );

    const scores = await ferCnn(
      'evaluate',
      '--data',
      at('faces'),
      '--model',
      out,
      '--backend',
      'wasm',
      '--svg',
      at('m.svg'),
    );
    expect(scores.stdout, scores.stderr).toContain('| Images | 24 |');
    const parts = await ferCnn('evaluate', '--data', at('faces'), '--model', out, '--split', 'Training');
    expect(parts).toMatchObject({ code: 2, stderr: expect.stringContaining('--split Training: expected data with') });
    const foreign = await ferCnn('evaluate', '--data', at('faces'), '--model', 'compact', '--backend', 'wasm');
    expect(foreign).toMatchObject({ code: 2, stderr: expect.stringContaining('received bored, engaged. Choose a') });
    expect(await readFile(at('m.svg'), 'utf8')).toContain('engaged');
    const { training, metrics, license } = JSON.parse(await readFile(join(out, 'card.json'), 'utf8'));
    for (const { command } of metrics) expect(command).toBe(training.command); // only the run itself held these images out
    expect(license).toBeUndefined();
    const heat = await ferCnn(
      'explain',
      COLLINS,
      '--model',
      out,
      '--out',
      at('new', 'heat.png'),
      '--class',
      'bored',
      '--json',
    );
    expect(JSON.parse(heat.stdout), heat.stderr).toMatchObject({ className: 'bored' });
    const files = await ferCnn('export', out, '--out', at('served'), '--json');
    expect(JSON.parse(files.stdout).files).toHaveLength(3);
    expect((await ferCnn('export', out, '--out', at('new', 'm.onnx'))).code).toBe(0);
  });

  it('trains a new output layer for own classes on frozen weights', { timeout: 10 * MINUTES }, async () => {
    process.env['MALLOC_TRIM_THRESHOLD_'] ??= '1';
    const args = ['train', '--data', at('faces'), '--from', 'compact', '--epochs', '1', '--backend', 'wasm', '--json'];
    const { code, stdout, stderr } = await ferCnn(...args, '--freeze', 'backbone', '--out', at('transfer'));
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ classNames: ['bored', 'engaged'] });
    const { training } = JSON.parse(await readFile(at('transfer/card.json'), 'utf8'));
    expect(training.command).toMatch(/ --freeze backbone --from runs\/[\w-]+$/);
    expect(training.recipe).toMatch(/images of full size, a new output layer, all other layers frozen$/);
    const wrong = await ferCnn(...args, '--freeze', 'conv9', '--out', at('wrong'));
    expect(wrong.stderr).toContain("expected 'backbone', 'none' or a layer of the model, received \"conv9\"");
  });

  it('learns the votes of FER+ beside the classes', { timeout: 10 * MINUTES }, async () => {
    process.env['MALLOC_TRIM_THRESHOLD_'] ??= '1';
    const usages = Array.from({ length: 12 }, (_, i) => ['Training', 'PublicTest', 'PrivateTest'][i % 3]);
    await writeFile(at('fer.csv'), csvOf(12));
    const votes = usages.map((usage, i) => `${usage},fer${i}.png,${i % 2 ? '9,1' : '0,10'},0,0,0,0,0,0,0,0`);
    const header = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';
    await writeFile(at('votes.csv'), [header, ...votes, ''].join('\n'));
    const network = '{"conv":{"filters":[2,2,2,2],"repeats":1}}';
    const args = ['train', '--data', at('fer.csv'), '--network', network, '--epochs', '1', '--backend', 'wasm'];
    const own = [...args, '--auxiliary-votes', '--out', at('voted')];
    expect((await ferCnn(...own)).stderr).toContain('--auxiliary-votes: needs the votes of --ferplus');
    const more = votes.map((line) => line.replace(/^\w+/, 'Training'));
    await writeFile(at('more.csv'), [header, ...more, ...more, ''].join('\n'));
    expect((await ferCnn(...own, '--ferplus', at('more.csv'))).stderr).toContain(
      'more.csv: expected votes for the 12 rows of --data, received votes for 24. Use both files as published',
    );
    const { code, stderr } = await ferCnn(...own, '--ferplus', at('votes.csv'));
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Steps in all: 1. Random weights learn little in so few: add --from compact');
    expect(stderr).toMatch(/epoch 1: loss .*, val_acc /);
    const { classNames, training } = JSON.parse(await readFile(at('voted/card.json'), 'utf8'));
    expect(classNames).toEqual(EMOTIONS);
    expect(training.command).toMatch(/ --ferplus votes\.csv --auxiliary-votes$/);
    expect(training.recipe).toMatch(/; but with no label smoothing, the votes as a second task$/);
    expect(training.softTargets).toMatch(/as a second task with ten outputs of its own/);
  });

  it('runs a recipe of several runs, each from the one before it', { timeout: 10 * MINUTES }, async () => {
    process.env['MALLOC_TRIM_THRESHOLD_'] ??= '1';
    const run = { model: 'compact', network: { conv: { filters: [2, 2, 2, 2], repeats: 1 } }, epochs: 1 };
    const wider = { ...run, network: { conv: { filters: [4, 4, 4, 4], repeats: 1 } }, peak: 0.01, keep: 0.25 };
    await writeFile(at('recipe.json'), JSON.stringify([run, { ...wider, teacher: [at('chain/run-1')] }]));
    const args = [
      'train',
      '--data',
      at('faces'),
      '--recipe',
      at('recipe.json'),
      '--out',
      at('chain'),
      '--backend',
      'wasm',
    ];
    const { code, stderr } = await ferCnn(...args);
    expect(code, stderr).toBe(0);
    const { training } = JSON.parse(await readFile(at('chain/card.json'), 'utf8'));
    expect(training.command).toMatch(
      /--out runs\/run-1 && .*--out runs\/chain --peak 0\.01 --teacher runs\/run-1 --keep 0\.25 --from runs\/run-1$/,
    );
    expect(training.softTargets).toBe('probabilities that runs/run-1 give Training and its mirror images, in the mean');
    expect(JSON.parse(await readFile(at('chain/teacher.json'), 'utf8')).probabilities[0]).toHaveLength(2);
    await writeFile(at('recipe.json'), '{"epoch": 1}');
    expect((await ferCnn(...args)).stderr).toContain("unknown option '--epoch'");
  });
});
