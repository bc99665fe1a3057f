import { existsSync } from 'node:fs';
import { defineConfig, type DefaultTheme } from 'vitepress';
import { listGuides } from '../guides';
import { CONTENT, OUT, ROOT } from '../paths';
import { BASE, finishPage, finishScripts } from '../portable';

/** The guides, in chapters. */
function guides(): DefaultTheme.SidebarItem[] {
  const start = [
    { text: 'Quick start', link: '/guides/start' },
    { text: 'All guides', link: '/guides/' },
  ];
  const chapters: (DefaultTheme.SidebarItem & { items: DefaultTheme.SidebarItem[] })[] = [{ text: 'Start', items: start }];
  for (const { place, title, chapter } of listGuides()) {
    if (chapter) chapters.push({ text: chapter, items: [] });
    chapters.at(-1)!.items.push({ text: title, link: `/${place.replace('.md', '')}` });
  }
  const others = ['changelog', 'security', 'license'];
  chapters.at(-1)!.items.push(...others.map((name) => ({ text: name[0]!.toUpperCase() + name.slice(1), link: `/${name}` })));
  return chapters;
}

export default defineConfig({
  title: 'fer-cnn',
  description: 'Facial-expression recognition on TensorFlow.js, in the browser and in Node',
  base: BASE,
  srcDir: CONTENT,
  outDir: OUT,
  cacheDir: `${ROOT}node_modules/.cache/vitepress`,
  metaChunk: true,
  head: [['link', { rel: 'icon', href: 'data:,' }]],
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
      '/models/': [{ text: 'Models', link: '/models/', items: modelItems() }],
    },
    search: { provider: 'local' },
    outline: [2, 3],
  },
  transformHtml: finishPage,
  buildEnd: finishScripts,
});

function modelItems(): DefaultTheme.SidebarItem[] {
  return existsSync(`${CONTENT}models`) ? [] : [];
}
