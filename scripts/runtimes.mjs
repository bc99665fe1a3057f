// Installs the packed package into an empty project and uses it (load, train two steps, evaluate, classify) on several versions of Node,
// on Bun and on Deno, as ES modules and as CommonJS; compiles its types; and loads a second copy of tfjs-core beside the first.
// Usage: node scripts/runtimes.mjs [--keep] [RUNTIME…]      for instance node22 bun; downloads them as npm packages
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const node = `node-${platform() === 'win32' ? 'win' : platform()}-${arch()}`;
const VERSION = '4.22.0';

/** Each runtime: the npm package that brings it, and how it runs a program. */
const RUNTIMES = {
  ...Object.fromEntries(
    ['20', '22', '24', 'latest'].map((version) => {
      const command = (at) => [join(at, `node_modules/node${version}/bin/node`)];
      return [`node${version}`, { packages: [`node${version}@npm:${node}@${version}`], command }];
    }),
  ),
  bun: { packages: ['bun'], command: (at) => [join(at, 'node_modules/.bin/bun')] },
  deno: {
    packages: ['deno'],
    command: (at) => [join(at, 'node_modules/.bin/deno'), 'run', '--allow-all', '--node-modules-dir=manual'],
  },
};

/** What a program does; prints one line of JSON. */
const USE = `
  const { setWasmPaths } = wasm;
  setWasmPaths(new URL('node_modules/@tensorflow/tfjs-backend-wasm/dist/', base).pathname);
  await tf.setBackend('wasm');
  const { model, card } = await fer.loadModel('default');
  const bundled = model.countParams() === card.parameters;
  const labels = Uint8Array.from({ length: 8 }, (_, i) => i % 7);
  const data = new fer.Dataset({ images: new Uint8Array(8 * 48 * 48).map((_, i) => (i * 31) % 256), labels });
  const small = fer.createShallowCnn({ seed: 1, conv: { filters: [2, 2] }, dense: { units: [4] } });
  const { steps } = await fer.train(small, data, { epochs: 1, batchSize: 4 });
  const { accuracy } = await fer.evaluate(small, data);
  const [best] = await fer.classify({ data: new Uint8Array(60 * 50 * 3).fill(90), width: 60, height: 50 }, { topk: 1 });
  const missing = await files.loadModel('nowhere').catch((error) => error instanceof fer.WeightsError);
  small.dispose();
  model.dispose();
  console.log(JSON.stringify({
    bundled, steps, accuracy: accuracy >= 0 && accuracy <= 1, best: fer.EMOTIONS.includes(best.className), missing,
  }));
`;
const EXPECTED = JSON.stringify({ bundled: true, steps: 2, accuracy: true, best: true, missing: true });

const PROGRAMS = {
  'use.mjs': `
    import * as tf from '@tensorflow/tfjs-core';
    import * as wasm from '@tensorflow/tfjs-backend-wasm';
    import * as fer from 'fer-cnn';
    import * as files from 'fer-cnn/node';
    const base = import.meta.url;
    ${USE}`,
  'use.cjs': `
    const tf = require('@tensorflow/tfjs-core');
    const wasm = require('@tensorflow/tfjs-backend-wasm');
    const fer = require('fer-cnn');
    const files = require('fer-cnn/node');
    const base = require('node:url').pathToFileURL(__filename);
    (async () => { ${USE} })();`,
};

const TYPES = `
  import * as fer from 'fer-cnn';
  import * as files from 'fer-cnn/node';
  export const classifier: Promise<fer.Classifier> = fer.loadClassifier('default');
  export const model: Promise<fer.LoadedModel> = files.loadModel('weights');
  // @ts-expect-error there is no such option
  fer.createShallowCnn({ filters: [1] });
`;

const COPIES = `
  import * as tf from '@tensorflow/tfjs-core';
  import * as other from 'tfjs-core-copy';
  import '@tensorflow/tfjs-backend-cpu';
  import * as fer from 'fer-cnn';
  const model = fer.createShallowCnn({ inputSize: [8, 8], conv: { filters: [1, 1] }, dense: { units: [2] } });
  const preprocessing = { ...fer.DEFAULT_PREPROCESSING, inputSize: [8, 8] };
  const card = { name: 'copies', architecture: 'shallow', labels: fer.EMOTIONS, preprocessing };
  const classifier = await fer.loadClassifier({ model, card });
  const predictions = await classifier.classify(other.ones([9, 9, 3]));
  console.log(JSON.stringify({ copies: tf.Tensor !== other.Tensor, classes: predictions.length }));
`;

const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const names = wanted.length > 0 ? wanted : Object.keys(RUNTIMES);
const at = await mkdtemp(join(tmpdir(), 'fer-cnn-runtimes-'));
const rows = [];

/** Runs a command and notes whether the last line that it prints is what it should be. */
async function check(name, kind, [command, ...args], expected) {
  let got;
  try {
    const { stdout } = await run(command, args, { cwd: at, maxBuffer: 1e8, timeout: 600_000 });
    got = stdout.trim().split('\n').at(-1);
  } catch (error) {
    got = `${error.stdout ?? ''}${error.stderr ?? error}`.trim().split('\n').slice(-6).join(' ');
  }
  rows.push({ name, kind, outcome: got === expected ? 'works' : got });
  console.error(`${name}, ${kind}: ${rows.at(-1).outcome}`);
}

const version = (command) =>
  spawnSync(command[0], ['--version'], { encoding: 'utf8' })
    .stdout?.split('\n')[0]
    .replace(/^deno |^v| \(.*$/g, '');

try {
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', at]);
  const tarball = (await readdir(at)).find((file) => file.endsWith('.tgz'));
  await writeFile(join(at, 'package.json'), '{ "private": true }');
  const peers = ['core', 'layers', 'data', 'backend-wasm', 'backend-cpu'].map(
    (part) => `@tensorflow/tfjs-${part}@${VERSION}`,
  );
  const copy = `tfjs-core-copy@npm:@tensorflow/tfjs-core@${VERSION}`;
  const packages = [
    ...peers,
    copy,
    'typescript@5.9',
    '@types/node@20',
    ...names.flatMap((name) => RUNTIMES[name].packages),
  ];
  await run('npm', ['install', '--no-audit', '--no-fund', `./${tarball}`, ...packages], { cwd: at, maxBuffer: 1e8 });
  for (const [file, content] of Object.entries({
    ...PROGRAMS,
    'copies.mjs': COPIES,
    'use.mts': TYPES,
    'use.cts': TYPES,
  })) {
    await writeFile(join(at, file), content);
  }
  for (const name of names) {
    const command = RUNTIMES[name].command(at);
    const label = `${name.replace(/\d+$|latest/, '')} ${version(command)}`;
    await check(label, 'ES modules', [...command, 'use.mjs'], EXPECTED);
    await check(label, 'CommonJS', [...command, 'use.cjs'], EXPECTED);
  }
  const ours = `${process.execPath}`;
  await check(
    'two copies of tfjs-core',
    'ES modules',
    [ours, 'copies.mjs'],
    JSON.stringify({ copies: true, classes: 7 }),
  );
  for (const [module, moduleResolution, files] of [
    ['node16', 'node16', ['use.mts', 'use.cts']],
    ['nodenext', 'nodenext', ['use.mts', 'use.cts']],
    ['esnext', 'bundler', ['use.mts']],
  ]) {
    const flags = { module, moduleResolution, target: 'es2022', strict: true, noEmit: true, skipLibCheck: false };
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, `${value}`]);
    const { stdout } = await run(join(at, 'node_modules/.bin/tsc'), [...args, ...files], { cwd: at }).catch(
      (error) => error,
    );
    // tfjs-layers' own declarations have errors; what counts is that ours have none
    const faults = stdout.split('\n').filter((line) => /error TS/.test(line) && !line.startsWith('node_modules/@'));
    rows.push({
      name: 'TypeScript 5.9',
      kind: `moduleResolution ${moduleResolution}`,
      outcome: faults.join(' ') || 'works',
    });
  }
} finally {
  if (process.argv.includes('--keep')) console.error(at);
  else await rm(at, { recursive: true, force: true });
}

console.log('| Runtime | Package as | Outcome |\n| --- | --- | --- |');
for (const { name, kind, outcome } of rows) console.log(`| ${name} | ${kind} | ${outcome} |`);
process.exit(rows.every(({ outcome }) => outcome === 'works') ? 0 : 1);
