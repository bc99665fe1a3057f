import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, HAS_CHROMIUM, launchChromium } from '../support/browser';
import type { use } from './csp.page';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const WASM = `${ROOT}node_modules/@tensorflow/tfjs-backend-wasm/dist/`;

/** The policies of SECURITY.md by the backend for which they suffice. */
const POLICIES: Record<string, string> = Object.fromEntries(
  Array.from(readFileSync(`${ROOT}SECURITY.md`, 'utf8').matchAll(/^\| (`.*?) +\| `(default-src .*?)` +\|$/gm)).flatMap(
    ([, backends, policy]) => Array.from(backends!.matchAll(/`(\w+)`/g), ([, backend]) => [backend!, policy!]),
  ),
);

describe.skipIf(!HAS_CHROMIUM)(`the Content Security Policies of SECURITY.md (skipped without ${CHROMIUM})`, () => {
  let browser: Browser;
  let server: Server;
  let url = '';

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('./csp.page.ts', import.meta.url))],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      external: ['fer-cnn/weights/*'],
      tsconfigRaw: {}, // so that fer-cnn is the built package and not src
      write: false,
      logLevel: 'silent',
    });
    const html = '<!doctype html><title>policy</title><script type="module" src="/page.js"></script>';
    const files = new Map<string, [type: string, content: string | Uint8Array]>([
      ['/page.js', ['text/javascript', outputFiles[0]!.contents]],
      ...readdirSync(WASM)
        .filter((file) => file.endsWith('.wasm'))
        .map((file) => [`/${file}`, ['application/wasm', readFileSync(WASM + file)]] as const)
        .map(([path, [type, content]]): [string, [string, Uint8Array]] => [path, [type, content]]),
    ]);
    server = createServer((request, response) => {
      const backend = request.url!.slice(1);
      const policy = POLICIES[backend === 'wasm-denied' ? 'webgl' : backend];
      if (policy)
        return void response
          .writeHead(200, { 'content-type': 'text/html', 'content-security-policy': policy })
          .end(html);
      const [type, content] = files.get(request.url!) ?? ['text/plain', undefined];
      response.writeHead(content ? 200 : 404, { 'content-type': type }).end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function useOn(path: string, backend: string): Promise<Awaited<ReturnType<typeof use>>> {
    const page = await browser.newPage();
    try {
      await page.goto(`${url}/${path}`, { waitUntil: 'load' });
      return await page.evaluate((name) => (globalThis as unknown as { use: typeof use }).use(name), backend);
    } finally {
      await page.close();
    }
  }

  it.each(['cpu', 'webgl', 'wasm'])(
    'suffice for %s, while eval is forbidden',
    async (backend) => {
      expect(await useOn(backend, backend)).toEqual({ backend, classes: 7, evaluated: 'EvalError' });
    },
    120_000,
  );

  it("are not wider than they must be: wasm does not start without 'wasm-unsafe-eval'", async () => {
    await expect(useOn('wasm-denied', 'wasm')).rejects.toThrow(/did not start|WebAssembly|wasm/);
  }, 120_000);
});
