import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';

/** Path of Chromium: `$CHROMIUM`, or where Debian has it. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether it is there. Suites that need it are skipped where it is not. */
export const HAS_CHROMIUM = existsSync(CHROMIUM);

/** Starts headless Chromium, with WebGL and WebGPU on the software renderer SwiftShader, so that no graphics card is needed. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox', // so that it starts as root
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan',
    ],
  });
}

/** Files of a site by their path from `/`. */
export type Site = Readonly<Record<string, string | Uint8Array>>;

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', json: 'application/json' };

/** Serves files on a free port of this machine, which a page may use like any secure site. */
export async function serve(site: Site): Promise<{ url: string; close: () => void }> {
  const server = createServer(({ url = '/' }, response) => {
    const content = site[url];
    const type = TYPES[url.slice(url.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': type }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}
