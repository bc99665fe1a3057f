import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IS_BUILT, pageHtml, PAGES, SITE, targetsOf } from './pages';

describe.skipIf(!IS_BUILT)('the pages of the site (skipped before npm run site)', () => {
  it('link to files and headings that exist', () => {
    const dead = PAGES.flatMap((page) =>
      targetsOf(page)
        .filter(({ file, anchor }) => {
          if (!existsSync(join(SITE, file))) return true;
          return anchor !== undefined && !pageHtml(file).includes(` id="${anchor}"`);
        })
        .map(({ file, anchor }) => `${page}: ${file}#${anchor ?? ''}`),
    );
    expect(dead).toEqual([]);
  });

  it('are all reached by links from the front page', () => {
    const reached = new Set(['index.html']);
    for (const page of reached) {
      for (const { file } of targetsOf(page)) if (file.endsWith('.html') && !file.endsWith('404.html')) reached.add(file);
    }
    expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('forbid code from strings and other servers, before anything is loaded', () => {
    for (const page of PAGES) {
      const policy = /<meta charset="utf-8">\s*<meta http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(pageHtml(page))?.[1];
      expect(policy, page).toMatch(/^default-src 'self'; script-src 'self' 'wasm-unsafe-eval'/);
      expect(policy, page).not.toMatch(/'unsafe-eval'|script-src[^;]*'unsafe-inline'|https?:|\*/);
    }
  });

  it('name no other server but in links that people click', () => {
    for (const page of PAGES) {
      expect(pageHtml(page), page).not.toMatch(/<(?:script|img|iframe|video|audio)\b[^>]* src="(?:https?:)?\/\//);
      expect(pageHtml(page), page).not.toMatch(/<link\b[^>]* href="(?:https?:)?\/\//);
    }
  });
});
