import { execFile } from 'node:child_process';
import {
  access,
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import type { Prediction } from '../../src/classify/predictions';
import { createShallowCnn } from '../../src/models/shallow';
import { loadModel } from '../../src/storage/load-model';
import { saveModel } from '../../src/storage/save-model';
import { BUNDLED_MODELS } from '../../src/storage/bundled';
import { useBackend } from '../support/backends';

const run = promisify(execFile);
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const modules = (path: string) => join(REPOSITORY, 'node_modules', path);

let app = '';
let installed = '';
let packed: { size: number; files: { path: string }[] };

/** Packs the built package and unpacks it into an empty project, whose only other packages are links to the peers. */
beforeAll(async () => {
  await access(join(REPOSITORY, 'dist/index.js')); // `npm run build` makes it, `npm test` does so before
  app = await mkdtemp(join(tmpdir(), 'fer-cnn-'));
  installed = join(app, 'node_modules/fer-cnn');
  await mkdir(installed, { recursive: true });
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', app];
  [packed] = JSON.parse((await run('npm', pack, { cwd: REPOSITORY })).stdout);
  await run(
    'tar',
    ['-xzf', (await readdir(app)).find((file) => file.endsWith('.tgz'))!, '-C', installed, '--strip=1'],
    { cwd: app },
  );
  for (const name of ['@tensorflow', '@types']) await symlink(modules(name), join(app, 'node_modules', name));
  await writeFile(join(app, 'package.json'), '{ "private": true }');
  await addMissingWeights();
  await appendFile(join(installed, 'dist/weights/shallow.js'), ';globalThis.shallowWasImported = true;\n');
}, 300_000);

afterAll(() => rm(app, { recursive: true, force: true }));

/** Puts a tiny network in the place of bundled weights that are not in the repository. */
async function addMissingWeights(): Promise<void> {
  const present = await readdir(join(installed, 'dist/weights'));
  const missing = BUNDLED_MODELS.filter((name) => !present.includes(`${name}.js`));
  if (missing.length === 0) return;
  await useBackend('cpu');
  const model = createShallowCnn({ conv: { filters: [1, 1] }, dense: { units: [2] } });
  for (const name of missing) {
    await saveModel(join(app, 'weights', name), model, { card: { name } });
  }
  model.dispose();
  await run('node', [join(REPOSITORY, 'scripts/build-weights.mjs'), 'weights', join(installed, 'dist/weights')], {
    cwd: app,
  });
}

/** What a program does with the package; prints one line of JSON. */
const USE = `
  const backendsAfterImport = tf.engine().backendNames();
  const importedAtOnce = globalThis.shallowWasImported === true;
  const error = await fer.loadModel('shallow').catch((error) => error);
  await addBackend();
  await tf.ready();
  const { model, card } = await fer.loadModel('shallow');
  const [classes] = model.outputs[0].shape.slice(-1);
  model.dispose();
  console.log(JSON.stringify({
    backendsAfterImport, importedAtOnce, importedLater: globalThis.shallowWasImported === true,
    errorWithoutBackend: error instanceof fer.BackendError, classes, labels: card.classNames.length, left: tf.memory().numTensors,
  }));
`;

const EXPECTED = {
  backendsAfterImport: [],
  importedAtOnce: false,
  importedLater: true,
  errorWithoutBackend: true,
  classes: 7,
  labels: 7,
  left: 0,
};

async function runProgram(...args: string[]): Promise<unknown> {
  const { stdout } = await run('node', args, { cwd: app });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

describe('the packed package', () => {
  it('holds what is built and each weights module once, in at most 12 MB', () => {
    const paths = packed.files.map(({ path }) => path);
    const outside = paths.filter((path) => !/^(dist\/.*|docs\/[\w-]+\.md|package\.json|[A-Z]+(\.md)?)$/.test(path));
    expect(outside).toEqual([]);
    expect(paths.filter((path) => /\.bin$|golden/.test(path) && !path.includes('.d.'))).toEqual([]);
    expect(packed.size).toBeLessThan(12e6);
  });

  it('keeps the weights out of the entries', async () => {
    const entries = (await readdir(join(installed, 'dist'))).filter((file) => /\.c?js$/.test(file));
    for (const file of entries) expect((await stat(join(installed, 'dist', file))).size, file).toBeLessThan(500_000);
  });

  it('is imported by ES modules, registers no backend, and loads weights only when asked', async () => {
    const program = `
      import * as tf from '@tensorflow/tfjs-core';
      import * as fer from 'fer-cnn';
      const addBackend = () => import('@tensorflow/tfjs-backend-cpu');
      ${USE}`;
    await writeFile(join(app, 'program.mjs'), program);
    expect(await runProgram('program.mjs')).toEqual(EXPECTED);
  });

  it('is required by CommonJS, registers no backend, and loads weights only when asked', async () => {
    const program = `
      const tf = require('@tensorflow/tfjs-core');
      const fer = require('fer-cnn');
      const addBackend = async () => require('@tensorflow/tfjs-backend-cpu');
      (async () => { ${USE} })();`;
    await writeFile(join(app, 'program.cjs'), program);
    expect(await runProgram('program.cjs')).toEqual(EXPECTED);
  });

  it('has one copy of every class in both entries, as ES modules and as CommonJS', async () => {
    const check = `node.classifyFolder('nowhere', { out: 'x.jsonl', workers: { backend: 'none' } }).catch((error) => {
      console.log(JSON.stringify([error instanceof fer.InputError, error.where]));
    });`;
    await writeFile(
      join(app, 'two.mjs'),
      `import * as fer from 'fer-cnn'; import * as node from 'fer-cnn/node'; ${check}`,
    );
    await writeFile(join(app, 'two.cjs'), `const fer = require('fer-cnn'), node = require('fer-cnn/node'); ${check}`);
    const expected = [true, expect.stringContaining('classifyFolder')];
    expect(await Promise.all([runProgram('two.mjs'), runProgram('two.cjs')])).toEqual([expected, expected]);
  });

  it('says so when the backend belongs to a copy of tfjs-core that shares nothing with its own', async () => {
    const program = `
      const tf = require('@tensorflow/tfjs-core');
      const fer = require('fer-cnn');
      for (const name of ['_tfengine', '_tfGlobals']) globalThis[name] = undefined; // by which copies share one engine
      for (const file of Object.keys(require.cache)) if (/tfjs-core/.test(file)) delete require.cache[file];
      const copy = require('@tensorflow/tfjs-core');
      require('@tensorflow/tfjs-backend-cpu');
      fer.classify(copy.zeros([48, 48])).catch(({ name, message }) => {
        console.log(JSON.stringify([copy.engine() === tf.engine(), name, message]));
      });`;
    await writeFile(join(app, 'copy.cjs'), program);
    const another = expect.stringMatching(/another copy.*npm ls @tensorflow\/tfjs-core/);
    expect(await runProgram('copy.cjs')).toEqual([false, 'BackendError', another]);
  });

  describe('has a program', () => {
    const command = () => join(installed, 'dist/cli/fer-cnn.js');
    const photo = join(REPOSITORY, 'examples/pictures/astronaut.jpg');
    const ferCnn = (...args: string[]) => run('node', [command(), ...args], { cwd: app });
    const classify = (...args: string[]) => ferCnn('classify', ...args, '--model', 'shallow');

    it('that says to install sharp where it is missing', { timeout: 300_000 }, async () => {
      await expect(classify(photo)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/npm install sharp/),
      });
      await symlink(modules('sharp'), join(app, 'node_modules/sharp'));
    });

    it('that writes bundled weights as plain files', { timeout: 300_000 }, async () => {
      await ferCnn('export', 'shallow', '--out', 'served');
      expect((await readdir(join(app, 'served'))).toSorted()).toEqual(['card.json', 'model.json', 'weights.bin']);
      await expect(ferCnn('export', 'medium', '--out', 'other')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/medium/),
      });
      await expect(ferCnn('clasify')).rejects.toMatchObject({ code: 2 });
      const { version } = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));
      expect((await ferCnn('--version')).stdout).toBe(`${version}\n`);
    });

    it('that classifies with the probabilities that the library gives', { timeout: 300_000 }, async () => {
      const { stdout } = await classify(photo, '--topk', '2', '--box', '162,64,124,124', '--json');
      const [result] = JSON.parse(stdout);
      await useBackend('wasm');
      const classifier = await loadClassifier(await loadModel(join(REPOSITORY, 'weights/shallow')));
      const region = { x: 162, y: 64, width: 124, height: 124 };
      const expected = await classifier.classify(photo, { box: region, topk: 2 });
      classifier.dispose();
      result.faces[0].predictions.forEach(({ className, probability }: Prediction, i: number) => {
        expect(className).toBe(expected[i]!.className);
        expect(probability).toBeCloseTo(expected[i]!.probability, 4);
      });
    });

    it('that says what to install where there is no backend', { timeout: 300_000 }, async () => {
      const bare = await mkdtemp(join(tmpdir(), 'fer-cnn-bare-'));
      await mkdir(join(bare, 'node_modules/@tensorflow'), { recursive: true });
      for (const name of ['tfjs-core', 'tfjs-layers', 'tfjs-data']) {
        await symlink(modules(`@tensorflow/${name}`), join(bare, `node_modules/@tensorflow/${name}`));
      }
      await cp(installed, join(bare, 'node_modules/fer-cnn'), { recursive: true });
      const args = ['node_modules/fer-cnn/dist/cli/fer-cnn.js', 'classify', photo];
      const { code, stderr } = await run('node', args, { cwd: bare }).catch((error) => error);
      expect(code).toBe(1);
      expect(stderr).toMatch(/tfjs-backend-wasm/m);
      await rm(bare, { recursive: true });
    });
  });

  it.each(['mjs', 'cjs'])('classifies a folder by workers that find the package, from a %s program', async (kind) => {
    await mkdir(join(app, 'pictures'), { recursive: true });
    await writeFile(join(app, 'pictures/one.png'), 'no picture');
    const use = `classifyFolder('pictures', { out: 'results-${kind}.jsonl', workers: { backend: '@tensorflow/tfjs-backend-cpu', count: 1 } })
      .then((summary) => console.log(JSON.stringify(summary)));`;
    const load =
      kind === 'mjs'
        ? "import { classifyFolder } from 'fer-cnn/node';"
        : "const { classifyFolder } = require('fer-cnn/node');";
    await writeFile(join(app, `folder.${kind}`), `${load} ${use}`);
    expect(await runProgram(`folder.${kind}`)).toEqual({
      ...{ files: 1, totalFiles: 1, failed: 1, resumed: 0 },
      ...{ ignored: 0, ignoredFiles: [] },
    });
    const result = JSON.parse(await readFile(join(app, `results-${kind}.jsonl`), 'utf8'));
    expect(result).toEqual({ file: 'one.png', error: expect.stringContaining('expected') });
  });

  it('is bundled for a page with the weights in a chunk of their own', async () => {
    const program = `
      import * as tf from '@tensorflow/tfjs-core';
      import * as fer from 'fer-cnn';
      const addBackend = () => import('@tensorflow/tfjs-backend-cpu');
      ${USE}`;
    await writeFile(join(app, 'page.mjs'), program);
    const define = { process: 'undefined' }; // so that tfjs takes Node for a web worker
    const options = {
      define,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      logLevel: 'error',
    } as const;
    await build({
      ...options,
      absWorkingDir: app,
      entryPoints: ['page.mjs'],
      outdir: 'page',
      outExtension: { '.js': '.mjs' },
    });
    await writeFile(join(app, 'worker.cjs'), 'globalThis.WorkerGlobalScope = class {}; globalThis.self = globalThis;');
    expect(await runProgram('--require', './worker.cjs', 'page/page.mjs')).toEqual(EXPECTED);
    const withWeights = [];
    for (const file of await readdir(join(app, 'page'))) {
      if ((await readFile(join(app, 'page', file), 'utf8')).includes('shallowWasImported = ')) withWeights.push(file);
    }
    expect(withWeights).toEqual([expect.stringMatching(/^shallow-.*\.mjs$/)]);
  });

  it.each([
    ['Node', 'node16', 'node16', ['use.mts', 'use.cts']],
    ['later Node', 'nodenext', 'nodenext', ['use.mts', 'use.cts']],
    ['a bundler', 'esnext', 'bundler', ['use.mts']],
  ])(
    'has types for %s',
    async (_title, module, moduleResolution, files) => {
      const program = `
      import * as fer from 'fer-cnn';
      import * as node from 'fer-cnn/node';
      ${['curation', 'metrics', 'explain', 'faces', 'interchange'].map((entry) => `export * as ${entry} from 'fer-cnn/${entry}';`).join(' ')}
      export async function use(): Promise<readonly string[]> {
        const { model, card } = await fer.loadModel('deep');
        const other: fer.LoadedModel = await fer.loadModel('weights');
        await node.fileCheckpoint('checkpoint.bin').read();
        const error: unknown = new fer.WeightsError({ where: 'here', expected: 'this', received: 'that' });
        if (error instanceof fer.FerError) console.log(error.where, model.inputs.length, other.card.weights?.bytes);
        const weights = await import('fer-cnn/weights/shallow');
        const text: string = weights.default.weightsBase64;
        // @ts-expect-error there is no such option
        fer.createShallowCnn({ filters: [text.length] });
        return card.classNames;
      }`;
      for (const file of files) await writeFile(join(app, file), program);
      await writeFile(
        join(app, 'wrong.mts'),
        "import { EMOTIONS } from 'fer-cnn';\nexport const x: number = EMOTIONS[0];\n",
      );
      const flags = {
        module,
        moduleResolution,
        target: 'es2022',
        strict: true,
        noEmit: true,
        exactOptionalPropertyTypes: true,
      };
      const args = Object.entries({ ...flags, skipLibCheck: false }).flatMap(([flag, value]) => [
        `--${flag}`,
        String(value),
      ]);
      const { stdout } = await run(modules('.bin/tsc'), [...args, ...files, 'wrong.mts'], { cwd: app }).catch(
        (error) => error,
      );
      const ours = stdout.split('\n').filter((line: string) => !/^\S*node_modules\/@|^\s|^$/.test(line));
      expect(ours).toEqual([expect.stringContaining('wrong.mts(2,14): error TS2322')]); // the one fault that is meant
    },
    300_000,
  );
});
