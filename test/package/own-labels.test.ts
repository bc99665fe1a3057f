import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { existsSync } from 'node:fs';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../docs/documents';
import { HAS_CHROMIUM, launchChromium, serveDirectory } from '../support/browser';

const run = promisify(execFile);
const modules = (path: string) => join(ROOT, 'node_modules', path);
const EXAMPLES = join(ROOT, 'examples/pictures');

/** The whole way with labels of one's own, from nothing but `fer-cnn` and a backend. */
const PROGRAM = `
  await tf.ready();
  const [best] = await classify('face.jpg', { topk: 1 });
  const dataset = await loadImageFolder('faces3');
  const model = createShallowCnn({ classNames: dataset.classNames, conv: { filters: [2, 2] }, dense: { units: [4] } });
  await train(model, dataset, { epochs: 1, batchSize: 4 });
  await saveModel(target, model);
  const loaded = await loadModel(target);
  const report = await evaluate(loaded.model, dataset);
  const classifier = await loadClassifier(target);
  const predictions = await classifier.classify('face.jpg');
  console.log(JSON.stringify({
    best: typeof best.className, classNames: loaded.card.classNames, reported: report.classNames,
    predicted: predictions.map(({ className }) => className).sort(),
  }));
`;
const NAMES = 'classify, createShallowCnn, evaluate, loadClassifier, loadImageFolder, loadModel, saveModel, train';
const OWN = ['bored', 'confused', 'engaged'];
const EXPECTED = { best: 'string', classNames: OWN, reported: OWN, predicted: OWN };

const esm = (target: string) => `import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-wasm';
import { ${NAMES} } from 'fer-cnn';
const target = '${target}';
${PROGRAM}`;

/** Where a runtime is installed, if it is. */
const which = (name: string) =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);

describe('the packed package in an empty project, without fer-cnn/node', () => {
  let app = '';

  beforeAll(async () => {
    app = await mkdtemp(join(tmpdir(), 'fer-cnn-own-'));
    const installed = join(app, 'node_modules/fer-cnn');
    await mkdir(installed, { recursive: true });
    await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', app], { cwd: ROOT });
    const tarball = (await readdir(app)).find((file) => file.endsWith('.tgz'))!;
    await run('tar', ['-xzf', tarball, '-C', installed, '--strip=1'], { cwd: app });
    for (const name of ['@tensorflow', '@types', 'sharp'])
      await symlink(modules(name), join(app, 'node_modules', name));
    await writeFile(join(app, 'package.json'), '{ "private": true }');
    await copyFile(join(EXAMPLES, 'astronaut.jpg'), join(app, 'face.jpg'));
    for (const [i, emotion] of ['neutral', 'surprised', 'happy'].entries()) {
      await mkdir(join(app, 'faces3', OWN[i]!), { recursive: true });
      for (let n = 0; n < 4; n++) {
        await copyFile(join(EXAMPLES, `drawn-${emotion}.png`), join(app, 'faces3', OWN[i]!, `${n}.png`));
      }
    }
  }, 300_000);

  afterAll(() => rm(app, { recursive: true, force: true }));

  async function outcome(command: string, ...args: string[]): Promise<unknown> {
    const { stdout } = await run(command, args, { cwd: app });
    return JSON.parse(stdout.trim().split('\n').at(-1)!);
  }

  it('classifies by path, trains on a folder of own labels, saves, loads, evaluates: ES modules', async () => {
    await writeFile(join(app, 'own.mjs'), esm('runs/esm'));
    expect(await outcome('node', 'own.mjs')).toEqual(EXPECTED);
  }, 300_000);

  it('does the same as CommonJS', async () => {
    const program = `const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-wasm');
const { ${NAMES} } = require('fer-cnn');
const target = 'runs/cjs';
(async () => { ${PROGRAM} })();`;
    await writeFile(join(app, 'own.cjs'), program);
    expect(await outcome('node', 'own.cjs')).toEqual(EXPECTED);
  }, 300_000);

  it.skipIf(!which('deno'))(
    'does the same in Deno (skipped where it is not installed)',
    async () => {
      await writeFile(join(app, 'deno.mjs'), esm('runs/deno'));
      expect(await outcome('deno', 'run', '--allow-all', 'deno.mjs')).toEqual(EXPECTED);
    },
    300_000,
  );

  it.skipIf(!which('bun'))(
    'does the same in Bun (skipped where it is not installed)',
    async () => {
      await writeFile(join(app, 'bun.mjs'), esm('runs/bun'));
      expect(await outcome('bun', 'run', 'bun.mjs')).toEqual(EXPECTED);
    },
    300_000,
  );

  it.each([
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'compiles as TypeScript with module %s and moduleResolution %s',
    async (module, resolution) => {
      await writeFile(join(app, 'own.mts'), esm('runs/ts').replace('best.className', 'best!.className'));
      const flags = ['--module', module, '--moduleResolution', resolution, '--target', 'es2022', '--lib', 'es2023,dom'];
      const args = [...flags, '--strict', '--noEmit', '--skipLibCheck', 'own.mts'];
      await run(modules('.bin/tsc'), args, { cwd: app });
    },
    300_000,
  );

  const WASM = ['', '-simd', '-threaded-simd'].map((kind) => `tfjs-backend-wasm${kind}.wasm`);
  const page = `import * as tf from '@tensorflow/tfjs-core';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
${WASM.map((file, i) => `import wasm${i} from '@tensorflow/tfjs-backend-wasm/dist/${file}?url';`).join('\n')}
import { ${NAMES} } from 'fer-cnn';
setWasmPaths({ ${WASM.map((file, i) => `'${file}': wasm${i}`).join(', ')} });
const target = 'indexeddb://mine';
const input = document.querySelector('input');
input.onchange = async () => { ${PROGRAM.replace("'faces3'", 'input.files').replace('console.log', 'document.title = ')} };`;

  it('does the same in a page built by Vite, with nothing of Node in the bundle', async () => {
    const html = '<!doctype html><input type="file" webkitdirectory><script type="module" src="/page.mjs"></script>';
    await writeFile(join(app, 'index.html'), html);
    await writeFile(join(app, 'page.mjs'), page);
    await mkdir(join(app, 'public'), { recursive: true });
    await copyFile(join(app, 'face.jpg'), join(app, 'public/face.jpg'));
    const outDir = join(app, 'site');
    await build({
      root: app,
      configFile: false,
      logLevel: 'error',
      build: { outDir, target: 'es2022', minify: false },
    });
    const scripts = (await readdir(join(outDir, 'assets'))).filter((file) => file.endsWith('.js'));
    const code = await Promise.all(scripts.map((file) => readFile(join(outDir, 'assets', file), 'utf8')));
    expect(code.join('\n')).toContain('createImageBitmap');
    expect(code.join('\n')).not.toMatch(/from ['"]node:|node:fs|['"]sharp['"]/);
    if (!HAS_CHROMIUM) return;
    const [server, browser] = await Promise.all([serveDirectory(outDir), launchChromium()]);
    try {
      const tab = await browser.newPage();
      const problems: string[] = [];
      tab.on('pageerror', ({ message }) => problems.push(message));
      await tab.goto(`${server.url}/`);
      await tab.setInputFiles('input', join(app, 'faces3'));
      await expect.poll(async () => problems.length > 0 || (await tab.title()) !== '', { timeout: 120_000 }).toBe(true);
      expect(problems).toEqual([]);
      expect(JSON.parse(await tab.title())).toEqual(EXPECTED);
    } finally {
      await browser.close();
      server.close();
    }
  }, 300_000);
});
