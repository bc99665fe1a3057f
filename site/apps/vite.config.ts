import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vite';
import demo from '../../examples/browser/vite.config';
import { CONTENT, ROOT } from '../paths';

const here = fileURLToPath(new URL('.', import.meta.url));
const APPS = ['front', 'studio', 'numbers', 'run'];

/** The blocks of the guides that can run in a page. */
const blocks = readdirSync(`${CONTENT}blocks`).map((file) => [file.replace('.ts', ''), `${CONTENT}blocks/${file}`]);

/** The programs in the pages. Each is a module that exports `mount`. */
export default mergeConfig(
  demo,
  defineConfig({
    root: ROOT,
    logLevel: 'warn',
    publicDir: false,
    worker: { format: 'es' },
    build: {
      outDir: `${CONTENT}public/apps`,
      modulePreload: false,
      reportCompressedSize: false,
      rollupOptions: {
        input: Object.fromEntries([...APPS.map((name) => [name, `${here}${name}.ts`]), ...blocks]),
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js' },
      },
    },
  }),
);
