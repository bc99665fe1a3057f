import type { Browser, Response } from 'playwright-core';
import type { Server } from '../support/browser';
import type { App } from './app';
import type { Outcome } from './report';

const PATIENCE = 300_000; // milliseconds; bundlers that work at the first request take their time

const WORKER_PAGE = `
const answer = () => new Promise((resolve, reject) => {
  worker.addEventListener('message', ({ data }) => resolve(data), { once: true });
  worker.addEventListener('error', ({ message }) => reject(new Error(message)), { once: true });
});
const ready = answer();
const ask = async (what) => {
  await ready;
  worker.postMessage(what);
  return answer();
};
globalThis.program = { use: () => ask('use'), useOther: () => ask('useOther') };
`;

/** A program for a page that starts a worker by an expression and passes questions on to it. */
export const pageOfWorker = (expression: string) => `const worker = ${expression};\n${WORKER_PAGE}`;

/** How bundlers want to see a worker. */
export const BUNDLED_WORKER = (options = '') => `new Worker(new URL('./worker.js', import.meta.url)${options})`;

/** A page that runs a module. */
export const html = (script: string, head = '') =>
  `<!doctype html><html lang="en"><title>fer-cnn</title>${head}<script type="module" src="${script}"></script></html>`;

/** A server of pages; with what it has sent, if it tells. */
export type PageServer = Pick<Server, 'url'> & Partial<Pick<Server, 'sent'>> & { close: () => unknown };

/** Opens a page and has it run the program. */
export async function visit(browser: Browser, app: App, { url, sent }: PageServer, path: string): Promise<Outcome> {
  const page = await browser.newPage();
  const problems: string[] = [];
  const responses: Response[] = [];
  sent?.clear();
  page.on('response', (response) => responses.push(response)); // without those of importScripts() in workers
  page.on('pageerror', ({ message }) => problems.push(message));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.setDefaultTimeout(PATIENCE);
  try {
    await page.goto(url + path);
    await page.waitForFunction('globalThis.program');
    const outcome = await page.evaluate<Outcome & { error?: string }>('program.use()');
    if (outcome.error !== undefined) throw new Error(outcome.error);
    const contents = sent ? [...sent.values()] : await bodies(responses);
    const loaded = [...app.hashes].filter(([, hash]) =>
      contents.some((content) => Buffer.from(content).includes(hash)),
    );
    return {
      ...outcome,
      loaded: loaded.map(([name]) => name),
      other: await page.evaluate<string>('program.useOther()'),
    };
  } catch (error) {
    throw new Error([url + path, (error as Error).message, ...problems].join('\n'), { cause: error });
  } finally {
    await page.close();
  }
}

const bodies = (responses: Response[]) => Promise.all(responses.map((response) => response.body().catch(() => '')));
