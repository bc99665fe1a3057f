import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { run } from '../environments/app';
import { CHROMIUM, serveDirectory } from '../support/browser';
import { startServer } from '../support/server-process';
import { type Answer, askPage, askServer } from './faces';

/** Builds an installed project and asks it for faces. Gives the answer of each place by its name. */
export type Open = (folder: string, browser: Browser) => Promise<Record<string, Answer[]>>;

/** How each project of the guide is built and opened, by its name, and the packages whose versions the table names. */
export const OPENERS: Readonly<Record<string, { open: Open; tools: readonly string[] }>> = {
  React: { open: openVite, tools: ['react', 'vite'] },
  Vue: { open: openVite, tools: ['vue', 'vite'] },
  'Web worker': { open: openVite, tools: ['vite'] },
  'Next.js': { open: openNext, tools: ['next', 'react'] },
  'Service worker': { open: openServiceWorker, tools: ['esbuild'] },
  'Browser extension': { open: openExtension, tools: ['esbuild'] },
  Fastify: { open: (folder) => openServer(folder, '/faces'), tools: ['fastify'] },
  'Node without a framework': { open: (folder) => openServer(folder, ''), tools: [] },
};

async function openVite(folder: string, browser: Browser): Promise<Record<string, Answer[]>> {
  const development = await startServer(folder, ['npm', 'run', 'dev', '--', '--host', '127.0.0.1', '--port', '0']);
  const answers: Record<string, Answer[]> = {};
  try {
    answers['development server'] = await askPage(await browser.newPage(), development.url);
  } finally {
    development.close();
  }
  await run(folder, 'npm', 'run', 'build');
  answers['build'] = await openBuilt(join(folder, 'dist'), browser);
  return answers;
}

async function openBuilt(folder: string, browser: Browser): Promise<Answer[]> {
  const server = await serveDirectory(folder);
  try {
    return await askPage(await browser.newPage(), server.url);
  } finally {
    server.close();
  }
}

async function openNext(folder: string, browser: Browser): Promise<Record<string, Answer[]>> {
  const answers: Record<string, Answer[]> = {};
  const quiet = { NEXT_TELEMETRY_DISABLED: '1' };
  for (const [script, place] of [
    ['dev', 'development server'],
    ['start', 'build'],
  ] as const) {
    if (script === 'start') await run(folder, 'env', 'NEXT_TELEMETRY_DISABLED=1', 'npm', 'run', 'build');
    const server = await startServer(folder, ['npm', 'run', script, '--', '--port', '0'], quiet);
    try {
      answers[`${place}: route handler`] = await askServer(`${server.url}/api/faces`);
      answers[`${place}: client component`] = await askPage(await browser.newPage(), server.url);
    } finally {
      server.close();
    }
  }
  return answers;
}

async function openServiceWorker(folder: string, browser: Browser): Promise<Record<string, Answer[]>> {
  await run(folder, 'npm', 'run', 'build');
  return { build: await openBuilt(join(folder, 'public'), browser) };
}

/** Extensions are loaded when a browser starts, so this starts one. */
async function openExtension(folder: string): Promise<Record<string, Answer[]>> {
  await run(folder, 'npm', 'run', 'build');
  const extension = join(folder, 'extension');
  const profile = await mkdtemp(join(tmpdir(), 'fer-cnn-profile-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: ['--no-sandbox', `--disable-extensions-except=${extension}`, `--load-extension=${extension}`],
  });
  try {
    const [worker] = context.serviceWorkers();
    const { host } = new URL((worker ?? (await context.waitForEvent('serviceworker'))).url());
    return { popup: await askPage(await context.newPage(), `chrome-extension://${host}/popup.html`) };
  } finally {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  }
}

async function openServer(folder: string, path: string): Promise<Record<string, Answer[]>> {
  const server = await startServer(folder, ['npm', 'start'], { PORT: '0' });
  try {
    return { server: await askServer(server.url + path) };
  } finally {
    server.close();
  }
}
