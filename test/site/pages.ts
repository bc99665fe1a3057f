import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The built site: `npm run site` writes it. */
export const SITE = fileURLToPath(new URL('../../site/dist', import.meta.url));

/** Whether it is there. Its tests are skipped where it is not. */
export const IS_BUILT = existsSync(join(SITE, 'index.html'));

/** Every page of the site, but that for addresses that do not exist. */
export const PAGES: readonly string[] = IS_BUILT
  ? readdirSync(SITE, { recursive: true, encoding: 'utf8' }).filter((file) => /(?<!404)\.html$/.test(file))
  : [];

const htmlOf = new Map<string, string>();

/** The HTML of a page. */
export function pageHtml(page: string): string {
  const html = htmlOf.get(page) ?? readFileSync(join(SITE, page), 'utf8');
  htmlOf.set(page, html);
  return html;
}

/** Where the links and files of a page lead to: a file of the site, and an anchor in it. */
export function targetsOf(page: string): { file: string; anchor: string | undefined }[] {
  const links = pageHtml(page).matchAll(/<(?:a|img|script|link)\b[^>]*? (?:href|src)="([^"]+)"/g);
  return Array.from(links, ([, link]) => link!.replaceAll('&amp;', '&'))
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      const isFolder = path !== '' && (path.endsWith('/') || file === '.');
      return { file: isFolder ? join(file, 'index.html') : file, anchor: anchor && decodeURIComponent(anchor) };
    });
}
