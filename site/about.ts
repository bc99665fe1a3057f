import type { HeadConfig } from 'vitepress';
import { CONTENT, read } from './paths';
import { readFileSync } from 'node:fs';

/** The address of the site, if it is known: absolute links need it. The workflow that publishes the site sets it. */
const ADDRESS = process.env['SITE_URL']?.replace(/\/*$/, '/');

/** Titles of pages whose first heading is the name of the package. */
const TITLES: Readonly<Record<string, string>> = {
  'guides/start.md': 'Quick start',
  'api/index.md': 'API',
  'models/index.md': 'Bundled models',
};

const LONGEST = 160; // characters that search engines show

/** The title and the description of a page, for tabs, search engines and previews of links. */
export function aboutPage(path: string, title: string): { title: string; description: string } {
  return { title: TITLES[path] ?? title, description: describe(path, title) };
}

function describe(path: string, title: string): string {
  const written = fromIndex(path) ?? firstSentences(readFileSync(CONTENT + path, 'utf8'));
  if (path.startsWith('api/')) return `Reference of ${TITLES[path] ? 'fer-cnn' : title}: functions, options and types.`;
  return written || `${title} of fer-cnn, facial-expression recognition on TensorFlow.js.`;
}

/** What the list of guides says about a guide. */
function fromIndex(path: string): string | undefined {
  const name = /^guides\/(.+\.md)$/.exec(path)?.[1];
  const [, title, what] = new RegExp(`- \\[(.+?)\\]\\(${name}\\): (.+)`).exec(read('docs/README.md')) ?? [];
  return what && `${title}: ${what}.`;
}

/** The first paragraph, without markup, cut behind a sentence or a word. */
function firstSentences(text: string): string {
  const body = text.replace(/^---\n[^]*?\n---\n/, '').replaceAll(/^```[^]*?^```$/gm, '');
  const tagline = /<p class="tagline">(.+?)<\/p>/.exec(body)?.[1];
  const first = tagline ?? body.split(/\n{2,}/).find((part) => /^[A-Z`]/.test(part) && !part.startsWith('|')) ?? '';
  const plain = first
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]|<[^>]+>/g, '')
    .replaceAll('\n', ' ');
  if (plain.length <= LONGEST) return plain;
  const start = plain.slice(0, LONGEST);
  return /^.{60,}[.:](?= )/.exec(start)?.[0] ?? `${start.replace(/\s+\S*$/, '')} …`;
}

/** What a link to the page shows where people send it to each other. */
export function previewOf(page: string, title: string, description: string): HeadConfig[] {
  const meta = (property: string, content: string): HeadConfig => ['meta', { property, content }];
  const tags = [
    meta('og:type', 'website'),
    meta('og:site_name', 'fer-cnn'),
    meta('og:title', title),
    meta('og:description', description),
  ];
  if (!ADDRESS || page === '404.md') return tags;
  const address = ADDRESS + page.replace(/(?:(?<=^|\/)index)?\.md$/, (end) => (end === '.md' ? '.html' : ''));
  return [
    ...tags,
    meta('og:url', address),
    meta('og:image', `${ADDRESS}preview.png`),
    ['meta', { name: 'twitter:card', content: 'summary_large_image' }],
    ['link', { rel: 'canonical', href: address }],
  ];
}
