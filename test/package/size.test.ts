import { gzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

/** What a bundler makes of a program that uses the built package: our code, with tfjs and the weights left outside. */
async function bundle(program: string): Promise<{ gzipped: number; packages: string[]; text: string }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: REPOSITORY },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    external: ['@tensorflow/*', 'fer-cnn/weights/*'],
    logLevel: 'error',
  });
  const { text, contents } = outputFiles[0]!;
  const imports = Object.values(metafile.outputs)[0]!.imports.map(({ path }) => path);
  return { gzipped: gzipSync(contents).length, packages: [...new Set(imports)].sort(), text };
}

const NETWORKS = /createShallowCnn|batchNormalization|layers\.\w+\(|modelFromJSON/;

describe('the size of the library without weights, minified and gzipped', () => {
  it('is at most 25 kB for classify alone', async () => {
    expect((await bundle("export { classify } from './dist/index.js';")).gzipped).toBeLessThan(25_000);
  });

  it('is at most 45 kB for training, for evaluation and for faces in video, each by itself', async () => {
    for (const names of [
      'train, createModel, loadFer2013',
      'evaluate, loadWeights',
      'createTracker, createFaceClassifier',
    ]) {
      expect((await bundle(`export { ${names} } from './dist/index.js';`)).gzipped, names).toBeLessThan(45_000);
    }
  });

  it('is at most 66 kB for everything, the kernels for WASM, explanation and ONNX included', async () => {
    const { gzipped, text } = await bundle("export * from './dist/index.js';");
    expect(text).toMatch(NETWORKS);
    expect(gzipped).toBeLessThan(66_000);
  });

  it('brings no networks and no tfjs-layers with loadFer2013', async () => {
    const { text, packages } = await bundle("export { loadFer2013 } from './dist/index.js';");
    expect(text).not.toMatch(NETWORKS);
    expect(packages).toEqual(['@tensorflow/tfjs-core', '@tensorflow/tfjs-data']);
  });

  it('is next to nothing for a constant, with no package imported', async () => {
    const { gzipped, packages } = await bundle("export { EMOTIONS } from './dist/index.js';");
    expect(packages).toEqual([]);
    expect(gzipped).toBeLessThan(500);
  });

  it('leaves the weights in modules of their own', async () => {
    const { packages } = await bundle("export { loadWeights } from './dist/index.js';");
    expect(packages).toContain('fer-cnn/weights/shallow');
  });
});
