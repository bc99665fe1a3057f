import { readdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
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

/** What is imported when it is needed, with what it alone imports: chunks on their own, too. */
const ON_DEMAND = [
  ...['kernels/native-training', 'kernels/native', 'kernels/winograd', 'kernels/winograd-bytes'],
  'weights/sha256-plain',
];

/** Every module as an entry, so that each becomes a chunk of its own, which a bundler can leave out together with what it imports. */
const MODULES: Record<string, string> = Object.fromEntries(
  readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.d)\.ts$/.test(file))
    .map((file) => [file.replace(/\.ts$/, ''), `src/${file}`] as const)
    .filter(([name]) => !ON_DEMAND.includes(name)),
);

/** What the package exports: `fer-cnn` and `fer-cnn/<folder>`. */
const ENTRIES = Object.fromEntries(Object.entries(MODULES).filter(([name]) => /^(\w+\/)?index$/.test(name)));

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

export default defineConfig({
  entry: MODULES,
  format: ['esm', 'cjs'],
  dts: { entry: ENTRIES },
  splitting: true,
  sourcemap: true,
  clean: true,
  silent: true,
  platform: 'neutral',
  target: 'es2022',
  removeNodeProtocol: false,
  external: [/^node:/, /^fer-cnn\//, /^@tensorflow\//, 'sharp', 'h5wasm', 'fflate'],
  plugins: [keepDynamicImports, keepOnlyEntries],
});
