import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

interface Bundle {
  /** Gzipped bytes of all that is loaded at once. */
  gzipped: number;
  /** The packages that it imports at once. */
  packages: string[];
  /** What it imports from packages only when that is needed. */
  packagesOnDemand: string[];
  /** The code. */
  text: string;
  /** Gzipped bytes that are loaded only when they are needed, with the chunks that they need besides, by the name of the source. */
  onDemand: Record<string, number>;
}

/**
 * What a bundler makes of a program that uses the built package: minified and gzipped, with tfjs and the weights left outside.
 * Chunks that `import()` names are loaded later and counted by themselves. Without splitting there are none: what is not reached is left out.
 */
async function bundle(program: string, splitting = true): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: REPOSITORY },
    bundle: true,
    splitting,
    minify: true,
    write: false,
    metafile: true,
    outdir: REPOSITORY,
    format: 'esm',
    platform: 'browser',
    tsconfigRaw: {}, // as outside the repository: #platform by package.json, not by tsconfig's paths
    external: ['@tensorflow/*', 'fer-cnn/weights/*', 'h5wasm', 'fflate'],
    logLevel: 'error',
  });
  const contents = new Map(outputFiles.map((file) => [file.path.slice(REPOSITORY.length), file]));
  const size = (path: string) => gzipSync(contents.get(path)!.contents).length;
  const atOnce = new Set(['stdin.js']);
  const onDemand: Bundle['onDemand'] = {};
  const later = new Set<string>();
  const packages = new Set<string>();
  const packagesOnDemand: string[] = [];
  for (const path of atOnce) {
    for (const { path: target, kind, external } of metafile.outputs[path]!.imports) {
      if (kind === 'import-statement') (external ? packages : atOnce).add(target);
      else if (external) packagesOnDemand.push(target);
      else later.add(target);
    }
  }
  for (const path of later) {
    const needed = new Set([path]);
    for (const each of needed) {
      for (const { path: target, kind, external } of metafile.outputs[each]!.imports) {
        if (kind === 'import-statement' && !external && !atOnce.has(target)) needed.add(target);
      }
    }
    onDemand[path.replace(/-\w+(-\w+)?\.js$/, '')] = [...needed].reduce((sum, each) => sum + size(each), 0);
  }
  return {
    gzipped: [...atOnce].reduce((sum, path) => sum + size(path), 0),
    packages: [...packages].sort(),
    packagesOnDemand,
    text: [...atOnce].map((path) => contents.get(path)!.text).join('\n'),
    onDemand,
  };
}

const everything = (entry: string) => bundle(`export * from './dist/${entry}index.js';`);

const NETWORKS = /createShallowCnn|batchNormalization|layers\.\w+\(|modelFromJSON/;

/** The other entries with all that they need of the rest, each by itself. `fer-cnn/node` is for programs that nobody downloads. */
const OTHERS: Readonly<Record<string, number>> = {
  curation: 16_000,
  explain: 14_300,
  faces: 25_000,
  interchange: 6_700,
  metrics: 4_300,
  teach: 26_000,
};

describe('the size of the library without weights, minified and gzipped', () => {
  it('is at most 16 kB for classify alone', async () => {
    expect((await bundle("export { classify } from './dist/index.js';")).gzipped).toBeLessThan(16_000);
  });

  it('is at most 62.4 kB for everything that fer-cnn exports', async () => {
    const { gzipped, text } = await everything('');
    expect(text).toMatch(NETWORKS);
    expect(gzipped).toBeLessThan(62_400);
  });

  it('is at most 5 kB more on WASM, and 2 kB more on tfjs-node', async () => {
    const { onDemand } = await everything('');
    expect(Object.keys(onDemand).sort()).toEqual(['native-training', 'winograd']);
    expect(onDemand['winograd']).toBeLessThan(5_000);
    expect(onDemand['native-training']).toBeLessThan(2_000);
  });

  it.each(Object.entries(OTHERS))(
    'is held for everything that fer-cnn/%s exports, at %i bytes',
    async (entry, most) => {
      expect((await everything(`${entry}/`)).gzipped).toBeLessThan(most);
    },
  );

  it('is at most 89.3 kB for all of these entries together, which share modules', async () => {
    const entries = ['', ...Object.keys(OTHERS).map((entry) => `${entry}/`)];
    const all = await bundle(entries.map((entry) => `export * from './dist/${entry}index.js';`).join('\n'));
    expect(all.gzipped).toBeGreaterThan(60_000);
    expect(all.gzipped).toBeLessThan(89_300);
  });

  it('is at most 15 kB more for reading Keras, 8.1 for writing it, 5 for writing ONNX and 3.3 for finding a card', async () => {
    const entries = ['', 'interchange/'];
    const { onDemand } = await bundle(entries.map((entry) => `export * from './dist/${entry}index.js';`).join('\n'));
    expect(onDemand['keras-read']).toBeLessThan(15_000);
    expect(onDemand['keras-write']).toBeLessThan(8_100);
    expect(onDemand['onnx-model']).toBeLessThan(5_000);
    expect(onDemand['card-search']).toBeLessThan(3_300);
  });

  it('is held for every entry', () => {
    const { exports } = JSON.parse(readFileSync(`${REPOSITORY}package.json`, 'utf8')) as { exports: object };
    const entries = Object.keys(exports).filter((entry) => /^\.\/[a-z]+$/.test(entry) && entry !== './node');
    expect(entries.map((entry) => entry.slice(2)).sort()).toEqual(Object.keys(OTHERS));
  });

  it('brings no networks and no tfjs-layers with loadFer2013', async () => {
    const { text, packages } = await bundle("export { loadFer2013 } from './dist/index.js';", false);
    expect(text).not.toMatch(NETWORKS);
    expect(packages).toEqual(['@tensorflow/tfjs-core', '@tensorflow/tfjs-data']);
  });

  it('is next to nothing for a constant, with no package imported', async () => {
    const { gzipped, packages } = await bundle("export { EMOTIONS } from './dist/index.js';", false);
    expect(packages).toEqual([]);
    expect(gzipped).toBeLessThan(500);
  });

  it('leaves the weights in modules of their own', async () => {
    const { packagesOnDemand } = await bundle("export { loadModel } from './dist/index.js';");
    expect(packagesOnDemand).toContain('fer-cnn/weights/shallow');
  });
});
