import { existsSync, readFileSync } from 'node:fs';
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

  it('are what llms.txt and llms-full.txt link to', () => {
    for (const name of ['llms.txt', 'llms-full.txt']) {
      const prose = readFileSync(join(SITE, name), 'utf8').replaceAll(/^```[^]*?^```$/gm, '');
      const links = Array.from(prose.matchAll(/\]\((?![a-z]+:|#)([^)\s]+)\)/g), ([, link]) => link!.split('#'));
      const dead = links.filter(([file, anchor]) => {
        if (!existsSync(join(SITE, file!))) return true;
        return anchor !== undefined && !pageHtml(file!).includes(` id="${anchor}"`);
      });
      expect(dead, name).toEqual([]);
      expect(links.length, name).toBeGreaterThan(20);
      expect(prose, name).not.toMatch(/<img [a-z]|!\[/);
    }
  });

  it('are all reached by links from the front page', () => {
    const reached = new Set(['index.html']);
    for (const page of reached) {
      for (const { file } of targetsOf(page))
        if (file.endsWith('.html') && !file.endsWith('404.html')) reached.add(file);
    }
    expect(PAGES.filter((page) => !reached.has(page))).toEqual([]);
  });

  it('forbid code from strings and other servers, before anything is loaded', () => {
    for (const page of PAGES) {
      const policy = /<meta charset="utf-8">\s*<meta http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(
        pageHtml(page),
      )?.[1];
      expect(policy, page).toMatch(/^default-src 'self'; script-src 'self' 'wasm-unsafe-eval'/);
      expect(policy, page).not.toMatch(/'unsafe-eval'|script-src[^;]*'unsafe-inline'|https?:|\*/);
    }
  });

  it('have a title and a description of their own, and an icon', () => {
    const titles = PAGES.map((page) => /<title>(.+?)<\/title>/.exec(pageHtml(page))?.[1]);
    expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
    for (const page of PAGES) {
      const description = /<meta name="description" content="([^"]+)"/.exec(pageHtml(page))?.[1];
      expect(description?.length, `${page}: ${description}`).toBeGreaterThan(20);
      expect(description?.length, `${page}: ${description}`).toBeLessThan(200);
      expect(pageHtml(page), page).toContain('<meta property="og:title"');
      expect(pageHtml(page), page).toMatch(/<link rel="icon" href="(?:\.\/|(?:\.\.\/)+)icon\.svg"/);
    }
  });

  it('compare this package with others by bars, for accuracy, damaged images, speed and size', () => {
    const charts = pageHtml('index.html').match(/<table class="chart[^]*?<\/table>/g)!;
    const titles = pageHtml('index.html')
      .match(/<h3 [^>]*>[^<]+/g)!
      .map((title) => title.replace(/^.*>/, '').trim());
    expect(titles).toEqual(['Accuracy', 'Damaged images', 'Time for a photo', 'Size']);
    expect(charts).toHaveLength(4);
    for (const chart of charts) {
      const bars = chart.match(/<(?:tr|td)(?: class="ours")?>(?:(?!<\/t[rd]>)[^])*?class="bar"/g)!;
      const isOurs = bars.map((bar) => bar.includes('class="ours"'));
      expect(new Set(isOurs), chart).toEqual(new Set([true, false]));
      expect(chart).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  it('name no other server but in links that people click', () => {
    for (const page of PAGES) {
      expect(pageHtml(page), page).not.toMatch(/<(?:script|img|iframe|video|audio)\b[^>]* src="(?:https?:)?\/\//);
      expect(pageHtml(page), page).not.toMatch(/<link\b[^>]* href="(?:https?:)?\/\//);
    }
  });
});
