import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import type { CodeBlock } from './documents';
import { ROOT } from './documents';
import { writeOffline, writeReaderFiles } from './files';

const execute = promisify(execFile);
const installed = (name: string) => join(ROOT, 'node_modules', name);

/** Native TensorFlow, which a machine may lack: WASM, started as soon as it is imported, as native TensorFlow is. */
const TFJS_NODE = `import '@tensorflow/tfjs-backend-wasm';
import { ready } from '@tensorflow/tfjs-core';
await ready();
export * from '@tensorflow/tfjs-core';
`;

/** What a program needs that is not here; such blocks are compiled only. */
const NEEDS: readonly (readonly [what: string, sign: RegExp])[] = [
  ['a page', /\b(document|navigator|self|window|indexedDB)\b|backend-webg/],
  ['something that only its reader has', /^declare /m],
  ['a server of its page', /loadClassifier\('\/|setWasmPaths\(/],
  ['another package', /@vladmandic|@tensorflow-models|@mediapipe|from 'vite'|@rollup|'webgpu'|'(vue|fastify)'/],
  ['a client', /\.listen\(/],
];

/** What a program needs that is not here, if anything. */
export function needOf(code: string): string | undefined {
  return NEEDS.find(([, sign]) => sign.test(code))?.[0];
}

/**
 * An empty project with the built package and the files that the guides name.
 *
 * @returns Its folder.
 */
export async function createProject(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'fer-cnn-guides-'));
  const modules = join(place, 'node_modules');
  await mkdir(join(modules, '@tensorflow/tfjs-node'), { recursive: true });
  await symlink(ROOT, join(modules, 'fer-cnn'));
  for (const name of ['sharp', 'h5wasm', 'fflate']) await symlink(installed(name), join(modules, name));
  for (const name of (await readdir(installed('@tensorflow'))).filter((each) => each !== 'tfjs-node')) {
    await symlink(installed(`@tensorflow/${name}`), join(modules, '@tensorflow', name));
  }
  const tfjsNode = join(modules, '@tensorflow/tfjs-node');
  await writeFile(join(tfjsNode, 'package.json'), '{ "type": "module", "exports": "./index.js" }');
  await writeFile(join(tfjsNode, 'index.js'), TFJS_NODE);
  await writeFile(join(place, 'package.json'), '{ "private": true, "type": "module" }');
  await writeReaderFiles(place);
  await writeOffline(place);
  return place;
}

/** Removes the project. */
export const removeProject = (place: string) => rm(place, { recursive: true, force: true });

/** Runs a block exactly as it stands, in a fresh process of Node. TypeScript loses its types before, and nothing else. */
export async function runFresh(place: string, { place: name, language, code }: CodeBlock): Promise<void> {
  const isCommonJs = language === 'js' && /\brequire\(/.test(code) && !/^import /m.test(code);
  const file = `${name.replaceAll(/\W/g, '-')}.${isCommonJs ? 'cjs' : 'mjs'}`;
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  };
  await writeFile(
    join(place, file),
    language === 'ts' ? ts.transpileModule(code, { compilerOptions }).outputText : code,
  );
  await execute(process.execPath, ['--import', './offline.mjs', file], { cwd: place, maxBuffer: 1e8 });
}
