import { readdirSync } from 'node:fs';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { aboutPage, previewOf } from '../about';
import { listGuides } from '../guides';
import { CONTENT, OUT, ROOT } from '../paths';
import { BASE, finishPage, finishScripts } from '../portable';

/** The guides, in chapters. */
function guides(): DefaultTheme.SidebarItem[] {
  const start = [
    { text: 'Quick start', link: '/guides/start' },
    { text: 'All guides', link: '/guides/' },
  ];
  const chapters: (DefaultTheme.SidebarItem & { items: DefaultTheme.SidebarItem[] })[] = [
    { text: 'Start', items: start },
  ];
  for (const { place, title, chapter } of listGuides()) {
    if (chapter) chapters.push({ text: chapter, items: [] });
    chapters.at(-1)!.items.push({ text: title, link: `/${place.replace('.md', '')}` });
  }
  const others = ['changelog', 'security', 'license'];
  chapters
    .at(-1)!
    .items.push(...others.map((name) => ({ text: name[0]!.toUpperCase() + name.slice(1), link: `/${name}` })));
  return chapters;
}

/** The anchor of a heading, as GitHub makes it, so that the links of the guides lead to the same places here and there. */
const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** Makes plain cells of the empty cells in the head of a table, which are no headers of anything. */
function emptyHeaders(tokens: { type: string; tag: string; content: string }[]): void {
  for (const [i, token] of tokens.entries()) {
    if (token.type !== 'th_open' || tokens[i + 1]?.content !== '') continue;
    token.tag = 'td';
    tokens[i + 2]!.tag = 'td';
  }
}

/** The pages in a folder. */
const below = (folder: string): { text: string; link: string }[] =>
  readdirSync(CONTENT + folder)
    .filter((file) => file.endsWith('.md') && file !== 'index.md')
    .map((file) => file.slice(0, -3))
    .map((name) => ({ text: name, link: `/${folder}/${name}` }));

/** The reference: a page for each entry of the package. */
const reference = (): DefaultTheme.SidebarItem[] => [
  { text: 'fer-cnn', link: '/api/' },
  ...below('api').map(({ text, link }) => ({ text: text === 'entries' ? 'All entries' : `fer-cnn/${text}`, link })),
];

export default defineConfig({
  title: 'fer-cnn',
  description: 'Facial-expression recognition on TensorFlow.js, in the browser and in Node',
  base: BASE,
  srcDir: CONTENT,
  outDir: OUT,
  cacheDir: `${ROOT}node_modules/.cache/vitepress`,
  metaChunk: true,
  srcExclude: ['public/**'],
  head: [['link', { rel: 'icon', href: `${BASE}icon.svg`, type: 'image/svg+xml' }]],
  transformPageData: ({ relativePath, title }) => ({ ...aboutPage(relativePath, title) }),
  transformHead: ({ page, title, description }) => previewOf(page, title, description),
  markdown: {
    anchor: { slugify: slugOf },
    config: (md) => void md.core.ruler.push('empty-headers', ({ tokens }) => emptyHeaders(tokens)),
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
  },
  themeConfig: {
    nav: [
      { text: 'Studio', link: '/studio' },
      { text: 'Guides', link: '/guides/start', activeMatch: '/guides/' },
      { text: 'Models', link: '/models/', activeMatch: '/models/' },
      { text: 'API', link: '/api/', activeMatch: '/api/' },
      { text: 'Your numbers', link: '/numbers' },
    ],
    sidebar: {
      '/': guides(),
      '/models/': [{ text: 'Models', link: '/models/', items: below('models') }],
      '/api/': reference(),
    },
    search: { provider: 'local' },
    socialLinks: [],
    footer: {
      message: 'An expression is not an emotion: the models say what a face looks like, not what a person feels.',
    },
    outline: [2, 3],
  },
  transformHtml: finishPage,
  buildEnd: finishScripts,
});
