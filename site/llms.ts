import { writeFileSync } from 'node:fs';
import { outsideCode } from './links';
import { listGuides } from './guides';
import { read } from './paths';

/** The cards in the guide: long, and on pages of their own. */
const CARDS = /<!-- models:start -->[^]*<!-- models:end -->/;

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
    '- [Models](models/index.html)',
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
  const texts = [readme, ...guides.map(({ source }) => read(source).replace(CARDS, ''))];
  writeFileSync(`${out}llms-full.txt`, texts.map(withoutImages).join('\n\n---\n\n'));
}

const withoutImages = (text: string): string =>
  outsideCode(text, (prose) => prose.replaceAll(/!\[[^\]]*\]\([^)]*\)\n*/g, ''));
