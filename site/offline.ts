import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Pages that are there without a connection after the first visit to any page. Others are once they were visited. */
const PAGES = ['index.html', 'studio.html', 'numbers.html', 'guides/start.html'];

/** What these pages need, and what is too large to be fetched for everyone: the weights of the models that are not the default. */
const NEEDED =
  /^(?:base\.js|vp-icons\.css|apps\/.*|assets\/(?:app|style|chunks\/(?!@)|index\.md|studio\.md|numbers\.md|guides_start\.md).*|pictures\/.*)$/;
const LARGE = /^apps\/assets\/(?:deep|shallow)-/;

/** Writes the service worker, which keeps the site for the time without a connection. */
export function writeServiceWorker(out: string): void {
  const all = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((file) =>
    statSync(join(out, file)).isFile(),
  );
  const files = [...PAGES, ...all.filter((file) => NEEDED.test(file) && !LARGE.test(file))].sort();
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(out, file)));
  const lines = [
    `const CACHE = 'fer-cnn-${hash.digest('hex').slice(0, 16)}';`,
    `const FILES = ${JSON.stringify(files)};`,
    readFileSync(new URL('service-worker.js', import.meta.url), 'utf8'),
  ];
  writeFileSync(join(out, 'sw.js'), lines.join('\n'));
}
