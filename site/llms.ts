import { writeFileSync } from 'node:fs';
import { PLACES } from './content';
import { listGuides } from './guides';
import { outsideCode, relink } from './links';
import { read } from './paths';

/** The cards in the guide: long, and on pages of their own. */
const CARDS = /<!-- models:start -->[^]*<!-- models:end -->/;

const IMAGES = /(?:!\[[^\]]*\]\([^)]*\)|<p[^>]*>\s*(?:<img[^>]*>\s*)+<\/p>)\n*/g;

/** Writes what language models read: a list of the pages, and all guides in one file, from the same sources as the pages. */
export function writeForModels(out: string): void {
  const guides = listGuides();
  const readme = read('README.md');
  const [, purpose] = /^# .+\n\n([^]*?)\n\n/.exec(readme)!;
  const about = (source: string) =>
    new RegExp(`\\]\\(${source.replace('docs/', '')}\\): (.+)`).exec(read('docs/README.md'))?.[1];
  const list = guides.map(({ source, place, title }) => {
    const what = about(source);
    return `- [${title}](${place.replace('.md', '.html')})${what ? `: ${what}` : ''}`;
  });
  const head = `# fer-cnn\n\n> ${purpose!.replaceAll('\n', ' ')}\n`;
  const others = [
    '- [Quick start](guides/start.html)',
    '- [API reference](api/index.html)',
    '- [Model pages](models/index.html): scores, confusion, limits and download of each bundled model',
  ];
  writeFileSync(
    `${out}llms.txt`,
    [
      head,
      '## Guides\n',
      ...others,
      ...list,
      '',
      '## Everything in one file\n',
      '- [All guides](llms-full.txt)',
      '',
    ].join('\n'),
  );
  const texts = ['README.md', ...guides.map(({ source }) => source)].map(textOf);
  writeFileSync(`${out}llms-full.txt`, texts.join('\n\n---\n\n'));
}

const PAGES = [...PLACES].map(([source, place]) => [source, place.replace('.md', '.html')] as const);

/** A document without what cannot be read, and with links to the pages of the site. */
function textOf(source: string): string {
  const text = outsideCode(read(source).replace(CARDS, ''), (prose) => prose.replaceAll(IMAGES, ''));
  return relink(text, source, new Map([...PAGES, [source, 'llms-full.txt']]));
}
