import { readFile, writeFile } from 'node:fs/promises';
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

export default defineConfig({
  entry: { index: 'src/index.ts', 'node/index': 'src/node/index.ts' },
  format: ['esm', 'cjs'],
  dts: true,
  splitting: true, // so that both entries share one copy of every class
  sourcemap: true,
  clean: true,
  platform: 'neutral',
  target: 'es2022',
  removeNodeProtocol: false,
  external: [/^node:/, /^fer-cnn\//, /^@tensorflow\//, 'sharp'],
  plugins: [keepDynamicImports],
});
