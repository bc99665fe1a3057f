import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What is not fetched for everyone: the weights of the models that are not the default, the files to download, what is for other programs,
 * and WASM with threads, which needs headers that few servers send.
 */
const LEFT_OUT =
  /^(?:404\.html|sw\.js|hashmap\.json|preview\.png|llms.*\.txt|models\/[^/]+\/.*|apps\/assets\/(?:deep|shallow|tfjs-backend-wasm-threaded-simd)-.*)$/;

/** Writes the service worker, which keeps the site for the time without a connection: all pages, after the first visit to any of them. */
export function writeServiceWorker(out: string): void {
  const files = readdirSync(out, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(out, file)).isFile() && !LEFT_OUT.test(file))
    .sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(out, file)));
  const lines = [
    `const CACHE = 'fer-cnn-${hash.digest('hex').slice(0, 16)}';`,
    `const FILES = ${JSON.stringify(files)};`,
    readFileSync(new URL('service-worker.js', import.meta.url), 'utf8'),
  ];
  writeFileSync(join(out, 'sw.js'), lines.join('\n'));
}
