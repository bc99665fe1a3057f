import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { defineConfig } from 'tsup';

type Plugin = Exclude<Parameters<typeof defineConfig>[0], unknown[] | ((...args: never[]) => unknown)>['plugins'];

/**
 * Keeps `import()` in the CommonJS output, where tsup's code splitting would write `require()`, which cannot load the weight modules.
 * The disguise is as long as the word, so that source maps stay right.
 */
const keepDynamicImports: NonNullable<Plugin>[number] = {
  name: 'keep-dynamic-imports',
  renderChunk(code) {
    return this.format === 'cjs' ? { code: code.replaceAll(/\bimport\(/g, 'imp0rt(') } : undefined;
  },
  async buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles.filter((file) => file.name.endsWith('.cjs'))) {
      await writeFile(name, (await readFile(name, 'utf8')).replaceAll('imp0rt(', 'import('));
    }
  },
};

/**
 * Imports each package once a chunk, where esbuild does so for every module in it. The lines stay, so that source maps lead to the right
 * one.
 */
const importOnce: NonNullable<Plugin>[number] = {
  name: 'import-once',
  renderChunk(code) {
    const line = /^import \* as (\w+) from (['"].+['"]);$/gm;
    const known = new Map<string, string>(); // the shortest names, since the others (`tf2`) are in no string
    for (const [, name, source] of code.matchAll(line)) {
      if (name!.length < (known.get(source!)?.length ?? Infinity)) known.set(source!, name!);
    }
    const done = new Set<string>();
    const renamed = new Map<string, string>();
    const once = code.replaceAll(line, (_, name: string, source: string) => {
      const kept = known.get(source)!;
      if (name !== kept) renamed.set(name, kept);
      if (done.has(source)) return '';
      done.add(source);
      return `import * as ${kept} from ${source};`;
    });
    if (renamed.size === 0) return undefined;
    const names = new RegExp(`(?<![\\w$.])(?:${[...renamed.keys()].join('|')})(?=\\.)`, 'g');
    return { code: once.replaceAll(names, (name) => renamed.get(name)!) };
  },
};

/** The two halves of `#platform`, which package.json chooses from. */
const PLATFORMS = { 'platform/node': 'src/platform/node.ts', 'platform/browser': 'src/platform/browser.ts' };

/** What the package exports: `fer-cnn` and `fer-cnn/<folder>`. */
const ENTRIES: Record<string, string> = Object.fromEntries(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => /^(\w+\/)?index\.ts$/.test(file))
    .map((file) => [file.replace(/\.ts$/, ''), `src/${file}`] as const),
);

/**
 * Every module that an entry exports from is an entry, too: so what only some exports need becomes chunks on its own, which a bundler
 * leaves out with what it does not use.
 */
const MODULES: Record<string, string> = { ...ENTRIES };
for (const index of Object.values(ENTRIES)) {
  for (const [, path] of readFileSync(index, 'utf8').matchAll(/^export \{[^}]*\} from '(.+)';$/gm)) {
    const file = join(dirname(index), `${path}.ts`);
    if (existsSync(file)) MODULES[relative('src', file).replace(/\.ts$/, '')] = file;
  }
}

/** Removes what is not exported: the entry of a module only hands on its chunk, and nothing imports it. */
const keepOnlyEntries: NonNullable<Plugin>[number] = {
  name: 'keep-only-entries',
  async buildEnd({ writtenFiles }) {
    for (const { name } of writtenFiles) {
      const entry = name.replace(/^dist\//, '').replace(/\.c?js(\.map)?$/, '');
      if (entry in MODULES && !(entry in ENTRIES)) await rm(name);
    }
  },
};

/** Programs that Node is told to run, never modules that CommonJS requires: ES modules only. */
const WORKERS = {
  'node/folder-worker': 'src/node/folder-worker.ts',
  'node/train-worker': 'src/node/train-worker.ts',
};

/** The program `fer-cnn`, which uses the package as any other does, and has its argument parser and progress bar in its files. */
const PROGRAM = {
  'cli/fer-cnn': 'src/cli/fer-cnn.ts',
  'cli/worker-backend': 'src/cli/worker-backend.ts',
};

const EXTERNAL = ['#platform', /^node:/, /^fer-cnn(\/|$)/, /^@tensorflow\//, 'sharp', 'h5wasm', 'fflate'];

export default defineConfig([
  {
    entry: { ...MODULES, ...PLATFORMS },
    format: ['esm', 'cjs'],
    dts: { entry: ENTRIES },
    splitting: true,
    sourcemap: true,
    clean: ['!cli/**', '!node/*-worker.js'],
    silent: true,
    platform: 'neutral',
    target: 'es2022',
    removeNodeProtocol: false,
    external: EXTERNAL,
    plugins: [importOnce, keepDynamicImports, keepOnlyEntries],
  },
  {
    entry: { ...WORKERS, ...PROGRAM },
    format: ['esm'],
    splitting: true,
    sourcemap: true,
    silent: true,
    platform: 'node',
    target: 'node20',
    external: EXTERNAL,
    noExternal: ['commander', 'cli-progress'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  },
]);
