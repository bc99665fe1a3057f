import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { serveDirectory } from '../support/browser';
import { startServer } from '../support/server-process';
import { type App, run, writeFiles } from './app';
import { runProgram, visitAll } from './bundled';
import { BUNDLED_WORKER, html, pageOfWorker } from './pages';
import type { Environment, Outcome } from './report';

const bin = (app: App, name: string) => join(app.directory, 'node_modules/.bin', name);

/** Environments whose tools are not among those of the repository, since they are large. */
export function onDemandEnvironments(browser: () => Browser): Environment[] {
  return [
    {
      name: 'webpack 5',
      how: 'page, classic worker',
      tool: 'webpack',
      packages: ['webpack', 'webpack-cli'],
      async run(app) {
        await buildWithWebpack(app);
        const server = await serveDirectory(join(app.directory, 'webpack'));
        return visitAll(browser(), app, server, { page: '/page.html', worker: '/worker.html' });
      },
    },
    {
      name: 'Rollup',
      how: 'ES modules, with the plugins node-resolve and commonjs; page',
      tool: 'rollup',
      packages: ['rollup', '@rollup/plugin-node-resolve', '@rollup/plugin-commonjs'],
      async run(app) {
        await buildWithRollup(app);
        const server = await serveDirectory(join(app.directory, 'rollup'));
        return visitAll(browser(), app, server, { page: '/page.html' });
      },
    },
    {
      name: 'Next.js',
      how: '`next build` and `next start`; a client component, and a route handler on the server',
      tool: 'next',
      packages: ['next', 'react', 'react-dom'],
      run: (app) => runNext(browser(), app),
    },
    {
      name: 'Deno',
      how: '`deno run`, from `node_modules`',
      tool: 'deno',
      packages: ['deno'],
      run: (app) => runProgram(app, bin(app, 'deno'), 'run', '--allow-all', 'main.mjs'),
    },
    {
      name: 'Bun',
      how: '`bun run`',
      tool: 'bun',
      packages: ['bun'],
      run: (app) => runProgram(app, bin(app, 'bun'), 'run', 'main.mjs'),
    },
  ];
}

async function buildWithWebpack(app: App): Promise<void> {
  await writeFiles(app, {
    'webpack-worker-page.js': pageOfWorker(BUNDLED_WORKER()),
    'webpack.config.cjs': `module.exports = {
  mode: 'production',
  entry: { page: './page.js', 'worker-page': './webpack-worker-page.js' },
  output: { path: __dirname + '/webpack' },
  optimization: { minimize: false },
  performance: { hints: false },
};`,
    'webpack/page.html': html('page.js'),
    'webpack/worker.html': html('worker-page.js'),
  });
  await run(app.directory, bin(app, 'webpack'));
}

async function buildWithRollup(app: App): Promise<void> {
  await writeFiles(app, {
    'rollup.config.js': `import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';

export default {
  input: 'page.js',
  output: { dir: 'rollup', format: 'es' },
  plugins: [resolve({ browser: true }), commonjs()],
};`,
    'rollup/page.html': html('page.js'),
  });
  await run(app.directory, bin(app, 'rollup'), '--config', '--silent');
}

const NEXT_ENVIRONMENT = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' };

async function runNext(browser: Browser, app: App): Promise<Record<string, Outcome>> {
  await writeFiles(app, {
    'app/layout.jsx': `export default ({ children }) => <html lang="en"><body>{children}</body></html>;`,
    'app/page.jsx': `'use client';
import { useEffect } from 'react';
import { use, useOther } from '../use.js';

export default function Page() {
  useEffect(() => { globalThis.program = { use, useOther }; }, []);
  return <p>fer-cnn</p>;
}`,
    'app/api/route.js': `import { use, useOther } from '../../use.js';

export const dynamic = 'force-dynamic';
export const GET = async () => Response.json({ ...(await use()), other: await useOther() });`,
    'next.config.mjs': `export default { turbopack: { root: import.meta.dirname } };`,
  });
  const variables = Object.entries(NEXT_ENVIRONMENT).map((pair) => pair.join('='));
  await run(app.directory, 'env', ...variables, bin(app, 'next'), 'build');
  const server = await startServer(app.directory, [bin(app, 'next'), 'start', '--port', '0'], NEXT_ENVIRONMENT);
  const onServer = fetch(`${server.url}/api`).then((response) => response.json() as Promise<Outcome>);
  try {
    return { server: await onServer, ...(await visitAll(browser, app, server, { client: '/' })) };
  } finally {
    server.close();
  }
}
