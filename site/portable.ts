import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TransformContext } from 'vitepress';
import { OUT } from './paths';

/**
 * The base path during the build. Afterwards it is replaced, so that the site works in any folder of any server: in pages by the relative
 * path of that folder, in scripts by `siteBase`, which the script `base.js` of every page sets.
 */
export const BASE = '/--site-base--/';

const SET_BASE = "globalThis.siteBase = new URL('.', document.currentScript.src).pathname;\n";

/** What pages may do: nothing leaves for another server, and no string becomes code. WASM is compiled. */
const POLICY = {
  'default-src': "'self'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' blob: data:",
  'media-src': "'self' blob:",
  'connect-src': "'self' blob: data:",
  'worker-src': "'self' blob:",
  'object-src': "'none'",
  'form-action': "'none'",
  'base-uri': "'none'",
};

/** Makes the links of a page relative, and gives it its policy. */
export function finishPage(html: string, _file: string, { page }: TransformContext): string {
  const isMissing = page === '404.md'; // served for any address, so that it cannot know where its files are
  const folder = '../'.repeat(page.split('/').length - 1) || './';
  const relative = isMissing ? withoutScripts(html) : html.replaceAll(BASE, folder);
  const policy = `<meta http-equiv="Content-Security-Policy" content="${policyFor(relative)}">`;
  const base = isMissing ? '' : `<script src="${folder}base.js"></script>`;
  return relative.replace('<meta charset="utf-8">', `<meta charset="utf-8">\n    ${policy}\n    ${base}`);
}

const withoutScripts = (html: string): string =>
  html
    .replaceAll(/<script[^]*?<\/script>|<link [^>]*>/g, '')
    .replace('<div id="app"></div>', '<main><h1>404</h1><p>There is no such page on this site.</p></main>');

function policyFor(html: string): string {
  const inline = [...html.matchAll(/<script(?![^>]* src=)[^>]*>([^]*?)<\/script>/g)];
  const hashes = inline.map(([, code]) => ` 'sha256-${createHash('sha256').update(code!).digest('base64')}'`);
  return Object.entries({ ...POLICY, 'script-src': POLICY['script-src'] + hashes.join('') })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ');
}

/** Lets all scripts look for the other files of the site where the site is. */
export function finishScripts(): void {
  writeFileSync(join(OUT, 'base.js'), SET_BASE);
  for (const file of readdirSync(OUT, { recursive: true, encoding: 'utf8' }).filter((each) => each.endsWith('.js'))) {
    const code = readFileSync(join(OUT, file), 'utf8');
    if (code.includes(BASE)) writeFileSync(join(OUT, file), finishScript(code, file));
  }
}

/** Exported for its test. */
export function finishScript(code: string, file: string): string {
  const [, quote] = /^const \w+=([`'])\{/.exec(code) ?? [];
  if (quote) return code.replaceAll(BASE, `${quote}+globalThis.siteBase+${quote}`); // the index of the search, one JSON string
  const finished = code
    .replaceAll(`\\"${BASE}\\"`, '\\""+globalThis.siteBase+"\\"') // in a JSON string
    .replaceAll(new RegExp(`"${BASE}([^"\\\\]*)"`, 'g'), '(globalThis.siteBase+"$1")');
  if (finished.includes(BASE)) throw new Error(`${file}: expected the base path only at the beginning of strings.`);
  return finished;
}
