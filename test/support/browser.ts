import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Path of Chromium: `$CHROMIUM`, or where Debian has it. */
export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** Whether it is there. Suites that need it are skipped where it is not. */
export const HAS_CHROMIUM = existsSync(CHROMIUM);

/** Starts headless Chromium, with WebGL and WebGPU on the software renderer SwiftShader, so that no graphics card is needed. */
export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox', // so that it starts as root
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan',
      ...flags,
    ],
  });
}

/** Files of a site by their path from `/`. */
export type Site = Readonly<Record<string, string | Uint8Array>>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** A server, and what it has sent. */
export interface Server {
  readonly url: string;
  readonly close: () => void;
  /** The contents by their path. May be cleared. */
  readonly sent: Map<string, string | Uint8Array>;
}

/**
 * Serves files on a free port of this machine, which a page may use like any secure site.
 *
 * @param site The files, or a function that gives the content of a path; undefined is not found.
 * @param headersOf Further headers of a path.
 */
export async function serve(
  site: Site | ((path: string) => Promise<Uint8Array | undefined>),
  headersOf: (path: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<Server> {
  const read = typeof site === 'function' ? site : async (path: string) => site[path];
  const sent: Server['sent'] = new Map();
  const server = createServer(async ({ url = '/' }, response) => {
    const path = decodeURIComponent(url.split('?')[0]!);
    const content = await read(path.endsWith('/') ? `${path}index.html` : path).catch(() => undefined);
    if (content !== undefined) sent.set(path, content);
    const type = TYPES[extname(path.endsWith('/') ? 'index.html' : path)] ?? 'application/octet-stream';
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': type, ...headersOf(path) }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close(), sent };
}

/** Serves a directory. */
export function serveDirectory(directory: string): Promise<Server> {
  return serve((path) => readFile(join(directory, path)));
}

/**
 * Bundles a program with the built package, each module of weights in a chunk of its own.
 *
 * @param program Path of the program.
 * @param name What the bundle is called.
 * @returns The files, with a page `/index.html` that runs the program.
 */
export async function bundlePage(program: string, name = 'page'): Promise<Site> {
  const { outputFiles } = await build({
    entryPoints: { [name]: program },
    outdir: '/',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    tsconfigRaw: {}, // so that fer-cnn is the built package and not src
    write: false,
    logLevel: 'silent',
  });
  const html = `<!doctype html><title>${name}</title><script type="module" src="/${name}.js"></script>`;
  const files = outputFiles.map(({ path, contents }) => [path, contents] as const);
  return { '/index.html': html, ...Object.fromEntries(files) };
}

/**
 * Bundles a program with the sources of src as one classic script, which a worker can run too.
 *
 * @param program Path of the program.
 * @returns `/page.js`, and a page `/index.html` that runs it.
 */
export async function bundleClassic(program: string): Promise<Site> {
  const { outputFiles } = await build({
    entryPoints: [program],
    bundle: true,
    format: 'iife',
    mainFields: ['module', 'main'],
    alias: { '#platform': join(ROOT, 'src/platform/browser.ts') },
    external: ['fer-cnn/weights/*'],
    write: false,
    logLevel: 'silent',
  });
  return { '/index.html': '<!doctype html><script src="/page.js"></script>', '/page.js': outputFiles[0]!.contents };
}

/** The binaries of the WASM backend, for `setWasmPaths('/wasm/')`. */
export async function wasmBinaries(): Promise<Site> {
  const directory = join(ROOT, 'node_modules/@tensorflow/tfjs-backend-wasm/dist');
  const names = readdirSync(directory).filter((name) => name.endsWith('.wasm'));
  const files = names.map(async (name) => [`/wasm/${name}`, await readFile(join(directory, name))] as const);
  return Object.fromEntries(await Promise.all(files));
}
