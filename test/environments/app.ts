import { execFile } from 'node:child_process';
import { appendFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { BUNDLED_MODELS, DEFAULT_MODEL } from '../../src/storage/bundled';
import type { GoldenPicture } from '../../src/cli/golden';
import { readGolden } from '../support/golden';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Weights that are not the default, to be chosen by their subpath. */
export const OTHER_MODEL = BUNDLED_MODELS.find((name) => name !== DEFAULT_MODEL)!;

/** An empty project into which the packed package was installed. */
export interface App {
  /** Where it lies. */
  readonly directory: string;
  /** What the program has to find out about its picture, the first golden one. */
  readonly probabilities: readonly number[];
  /** SHA-256 of the weights by the name of the model, which stands in its module. */
  readonly hashes: ReadonlyMap<string, string>;
}

const execute = promisify(execFile);

/** Runs a program in a directory and gives what it printed. */
export async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(command, args, { cwd, maxBuffer: 1e8 });
  return stdout;
}

/**
 * Packs the package and installs it into an empty project.
 *
 * @param directory The project.
 * @param packages Further packages for npm to install. Without any, npm is not used: the package is unpacked, and what it and the
 *   bundlers need is linked to the repository's.
 */
export async function createApp(directory: string, packages: readonly string[] = []): Promise<App> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'package.json'), '{ "private": true, "type": "module" }');
  await run(ROOT, 'npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', directory);
  const tarball = (await readdir(directory)).find((file) => file.endsWith('.tgz'))!;
  const installed = join(directory, 'node_modules/fer-cnn');
  if (packages.length > 0) {
    await run(directory, 'npm', 'install', '--no-audit', '--no-fund', `./${tarball}`, ...packages);
  } else {
    await mkdir(installed, { recursive: true });
    await run(directory, 'tar', '-xzf', tarball, '-C', installed, '--strip=1');
    await symlink(join(ROOT, 'node_modules/@tensorflow'), join(directory, 'node_modules/@tensorflow'));
  }
  for (const name of BUNDLED_MODELS) {
    const mark = `;(globalThis.usedWeights ??= []).push('${name}');\n`;
    await appendFile(join(installed, `dist/weights/${name}.js`), mark);
  }
  const records = await Promise.all(BUNDLED_MODELS.map(readGolden));
  const { pictures, probabilities } = records[BUNDLED_MODELS.indexOf(DEFAULT_MODEL)]!;
  const hashes = new Map(records.map(({ card }, i) => [BUNDLED_MODELS[i]!, card.weights!.sha256!]));
  const app = { directory, probabilities: probabilities[0]!, hashes };
  await writeFiles(app, programs(pictures[0]!));
  return app;
}

/** Writes files into the project. */
export async function writeFiles({ directory }: App, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

/** What every environment runs: a picture is classified by the default weights; then other weights are chosen by their subpath. */
function program({ shape: [height, width, channels], pixels }: GoldenPicture): string {
  return `
const data = Uint8Array.from(atob('${pixels}'), (byte) => byte.charCodeAt(0));

async function use() {
  const predictions = await classify({ data, height: ${height}, width: ${width}, channels: ${channels} });
  return { predictions, backend: tf.getBackend(), used: [...globalThis.usedWeights] };
}

async function useOther() {
  const { default: weights } = await import('fer-cnn/weights/${OTHER_MODEL}');
  const { model, card } = await loadModel(weights);
  model.dispose();
  return card.name;
}
`;
}

/** The program as a module, and what runs it: a runtime, a page, a worker. */
function programs(picture: GoldenPicture): Record<string, string> {
  const importing = `import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { classify, loadModel } from 'fer-cnn';
`;
  const requiring = `const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
const { classify, loadModel } = require('fer-cnn');
`;
  const print = `use().then(async (outcome) => console.log(JSON.stringify({ ...outcome, other: await useOther() })));\n`;
  return {
    'use.js': `${importing}${program(picture)}\nexport { use, useOther };\n`,
    'main.mjs': `import { use, useOther } from './use.js';\n${print}`,
    'page.js': `import { use, useOther } from './use.js';\nglobalThis.program = { use, useOther };\n`,
    'worker.js': `import { use, useOther } from './use.js';
globalThis.onmessage = async ({ data }) => {
  postMessage(await (data === 'use' ? use() : useOther()).catch((error) => ({ error: String(error) })));
};
postMessage('ready');
`,
    'main.cjs': `${requiring}${program(picture)}\n${print}`,
  };
}
