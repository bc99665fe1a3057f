import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { build as buildVite, createServer, type InlineConfig } from 'vite';
import { BUNDLED_MODELS } from '../../src/storage/bundled';
import { serve, type Server, serveDirectory } from '../support/browser';
import { type App, ROOT, run, writeFiles } from './app';
import { BUNDLED_WORKER, html, type PageServer, pageOfWorker, visit } from './pages';
import type { Environment, Outcome } from './report';

const LAST_LINE = /.*\s*$/;

/** Runs the program in a JavaScript runtime. */
export async function runProgram(app: App, command: string, ...args: string[]): Promise<Record<string, Outcome>> {
  const printed = await run(app.directory, command, ...args);
  return { program: JSON.parse(LAST_LINE.exec(printed.trim())![0]) };
}

/** Opens pages of a server, then closes it. */
export async function visitAll(
  browser: Browser,
  app: App,
  server: PageServer,
  pages: Readonly<Record<string, string>>,
): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  try {
    for (const [place, path] of Object.entries(pages)) {
      outcomes[place] = await visit(browser, app, server, path);
    }
  } finally {
    await server.close();
  }
  return outcomes;
}

/** Environments that need nothing but what the repository installs. */
export function bundledEnvironments(browser: () => Browser): Environment[] {
  return [
    {
      name: 'Node, ES modules',
      tool: 'node',
      how: '`import`',
      run: (app) => runProgram(app, 'node', 'main.mjs'),
    },
    {
      name: 'Node, CommonJS',
      tool: 'node',
      how: '`require`',
      run: (app) => runProgram(app, 'node', 'main.cjs'),
    },
    {
      name: 'A page without a bundler',
      tool: 'chromium',
      how: 'import map; the package file by file, tfjs as ES modules, as CDNs serve it',
      run: async (app) => visitAll(browser(), app, await plainSite(app), { page: '/plain.html' }),
    },
    {
      name: 'esbuild',
      how: 'bundle with splitting; page, module worker, classic worker that calls `import()`',
      tool: 'esbuild',
      async run(app) {
        await buildWithEsbuild(app);
        const pages = { page: '/page.html', 'module worker': '/module.html', 'classic worker': '/classic.html' };
        return visitAll(browser(), app, await serveDirectory(join(app.directory, 'esbuild')), pages);
      },
    },
    {
      name: 'Vite, development server',
      how: 'dependencies pre-bundled; page, module worker',
      tool: 'vite',
      run: async (app) => visitAll(browser(), app, await viteServer(app), VITE_PAGES),
    },
    {
      name: 'Vite, build',
      how: '`worker.format: "es"`; page, module worker',
      tool: 'vite',
      async run(app) {
        await buildVite(await viteConfig(app));
        return visitAll(browser(), app, await serveDirectory(join(app.directory, 'vite')), VITE_PAGES);
      },
    },
  ];
}

const TFJS = ['tfjs-core', 'tfjs-layers', 'tfjs-data', 'tfjs-backend-cpu'];

/** A page with an import map. CDNs make an ES module of each package of tfjs, which has none that browsers take; here esbuild does. */
async function plainSite(app: App): Promise<Server> {
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(TFJS.map((name) => [name, `@tensorflow/${name}`])),
    absWorkingDir: ROOT,
    outdir: '/cdn',
    bundle: true,
    splitting: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  const made = new Map(outputFiles.map(({ path, contents }) => [path, contents]));
  const dist = '/node_modules/fer-cnn/dist';
  const imports = {
    '#platform': `${dist}/platform/browser.js`,
    'fer-cnn': `${dist}/index.js`,
    ...Object.fromEntries(BUNDLED_MODELS.map((name) => [`fer-cnn/weights/${name}`, `${dist}/weights/${name}.js`])),
    ...Object.fromEntries(TFJS.map((name) => [`@tensorflow/${name}`, `/cdn/${name}.js`])),
  };
  const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
  await writeFiles(app, { 'plain.html': html('/page.js', map) });
  return serve(async (path) => made.get(path) ?? readFile(join(app.directory, path)));
}

async function buildWithEsbuild(app: App): Promise<void> {
  await build({
    entryPoints: ['page.js', 'worker.js'],
    absWorkingDir: app.directory,
    outdir: 'esbuild',
    bundle: true,
    splitting: true,
    format: 'esm',
    logLevel: 'error',
  });
  await writeFiles(app, {
    'esbuild/page.html': html('page.js'),
    'esbuild/module.html': html('module.js'),
    'esbuild/module.js': pageOfWorker(`new Worker('worker.js', { type: 'module' })`),
    'esbuild/classic.html': html('classic.js'),
    'esbuild/classic.js': pageOfWorker(`new Worker('classic-worker.js')`),
    'esbuild/classic-worker.js': `import('./worker.js');`,
  });
}

const VITE_PAGES = { page: '/index.html', 'module worker': '/worker.html' };

async function viteConfig(app: App): Promise<InlineConfig> {
  await writeFiles(app, {
    'index.html': html('/page.js'),
    'worker.html': html('/worker-page.js'),
    'worker-page.js': pageOfWorker(BUNDLED_WORKER(`, { type: 'module' }`)),
  });
  const input = Object.values(VITE_PAGES).map((page) => join(app.directory, page));
  return {
    root: app.directory,
    configFile: false,
    logLevel: 'error',
    optimizeDeps: { entries: ['index.html', 'worker.html'] },
    server: { fs: { allow: [app.directory, ROOT] } },
    worker: { format: 'es' }, // the default cannot split, and so has no place for weights that are loaded later
    build: { outDir: 'vite', minify: false, rolldownOptions: { input } },
  };
}

async function viteServer(app: App): Promise<PageServer> {
  const server = await createServer(await viteConfig(app));
  await server.listen();
  return { url: server.resolvedUrls!.local[0]!.replace(/\/$/, ''), close: () => server.close() };
}
