import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, mergeConfig } from 'vite';
import demo from '../../examples/browser/vite.config';
import { CONTENT, ROOT } from '../paths';

const here = fileURLToPath(new URL('.', import.meta.url));
const APPS = ['front', 'studio', 'numbers', 'run'];

/** The blocks of the guides that can run in a page. */
const blocks = readdirSync(`${CONTENT}blocks`).map((file) => [file.replace('.ts', ''), `${CONTENT}blocks/${file}`]);

/** Keeps the demo, which acts when it is loaded; the package of which it is a part has nothing else that does. */
const keepDemo = {
  name: 'keep-demo',
  transform: (code: string, id: string) =>
    id.endsWith('examples/browser/main.ts') ? { code, map: null, moduleSideEffects: true } : undefined,
};

/** The programs in the pages. Each is a module that exports `mount`. */
export default mergeConfig(
  demo,
  defineConfig({
    root: ROOT,
    logLevel: 'warn',
    plugins: [keepDemo],
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
