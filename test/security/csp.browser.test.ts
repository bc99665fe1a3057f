import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundlePage, CHROMIUM, HAS_CHROMIUM, serve, wasmBinaries } from '../support/browser';
import { type OpenSite, openSite } from '../support/open-site';
import type { use } from './csp.page';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The policies of SECURITY.md by the backend for which they suffice. */
const POLICIES: Record<string, string> = Object.fromEntries(
  Array.from(readFileSync(`${ROOT}SECURITY.md`, 'utf8').matchAll(/^\| (`.*?) +\| `(default-src .*?)` +\|$/gm)).flatMap(
    ([, backends, policy]) => Array.from(backends!.matchAll(/`(\w+)`/g), ([, backend]) => [backend!, policy!]),
  ),
);

describe.skipIf(!HAS_CHROMIUM)(`the Content Security Policies of SECURITY.md (skipped without ${CHROMIUM})`, () => {
  let site: OpenSite;

  beforeAll(async () => {
    const { '/index.html': html, ...program } = await bundlePage(`${ROOT}test/security/csp.page.ts`);
    const pages = Object.fromEntries(Object.keys(POLICIES).map((backend) => [`/${backend}.html`, html!]));
    const server = await serve({ ...program, ...pages, ...(await wasmBinaries()) }, (path): Record<string, string> => {
      const policy = POLICIES[path.slice(1).replace('.html', '')];
      return policy === undefined ? {} : { 'content-security-policy': policy };
    });
    site = await openSite(server);
  }, 120_000);

  afterAll(() => site?.close());

  /** Uses a backend under the policy of another one, or its own. */
  async function useOn(policy: string, backend: string): Promise<Awaited<ReturnType<typeof use>>> {
    const page = await site.open(`/${policy}.html`);
    try {
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
    await expect(useOn('webgl', 'wasm')).rejects.toThrow(/did not start|WebAssembly|wasm/);
  }, 120_000);
});
