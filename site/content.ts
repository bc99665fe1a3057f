import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FullCard, readCards } from '../scripts/support/cards.mjs';
import { addButtons, PHOTOS } from './blocks';
import { figures } from './figures';
import { listGuides } from './guides';
import { relink } from './links';
import { modelPages } from './models';
import { CONTENT, read } from './paths';
import { scopedStyle } from './scoped-style';

/** Documents that are no guides, and where they are on the site. */
const OTHERS: Readonly<Record<string, string>> = {
  'README.md': 'guides/start.md',
  'docs/README.md': 'guides/index.md',
  'CHANGELOG.md': 'changelog.md',
  'SECURITY.md': 'security.md',
  LICENSE: 'license.md',
};

/** Where each document of the repository is on the site. */
export const PLACES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(OTHERS),
  ...listGuides().map(({ source, place }) => [source, place] as const),
]);

/** The cards in the guide, in place of which the site has a page for each model. */
const CARDS = /<!-- models:start -->[^]*<!-- models:end -->/;

/** Gathers the documents and the pages of the site in one folder. */
export async function gather(): Promise<void> {
  rmSync(CONTENT, { recursive: true, force: true });
  const cards = await readCards();
  const links = cards.map(({ name }) => `- [\`${name}\`](../models/${name}.md)`).join('\n');
  for (const [source, place] of PLACES) {
    const linked = relink(documentOf(source), source, PLACES);
    const { text, blocks } = addButtons(source === 'docs/models.md' ? linked.replace(CARDS, links) : linked, source);
    write(place, text);
    for (const { name, code } of blocks) write(`blocks/${name}.ts`, code);
  }
  for (const [place, text] of Object.entries(modelPages(cards))) write(place, text);
  const parts = partsOf(cards);
  for (const page of readdirSync('site/pages')) {
    write(
      page,
      read(`site/pages/${page}`).replaceAll(/^%(\w+)%$/gm, (_, name: string) => parts[name]!),
    );
  }
  write('demo.css', scopedStyle());
  copy('site/icon.svg', 'public/icon.svg');
  copy('docs/images/site-studio.png', 'public/preview.png');
  const pictures = readdirSync('examples/pictures').filter((file) => /\.(?:jpg|png)$/.test(file));
  for (const file of pictures) copy(`examples/pictures/${file}`, `public/pictures/${file}`);
  for (const [name, file] of Object.entries(PHOTOS)) copy(`examples/pictures/${file}`, `public/guides/${name}`);
}

/** What the pages of the site name between percent signs. */
const partsOf = (cards: readonly FullCard[]): Record<string, string> => ({
  ...figures(cards),
  program: /## Quick start[^]*?(```js\n[^]*?```)/.exec(read('README.md'))![1]!,
});

const documentOf = (source: string): string =>
  source === 'LICENSE' ? `# License\n\n\`\`\`text\n${read(source)}\`\`\`\n` : read(source);

function write(place: string, text: string): void {
  mkdirSync(dirname(CONTENT + place), { recursive: true });
  writeFileSync(CONTENT + place, text);
}

function copy(file: string, place: string): void {
  mkdirSync(dirname(CONTENT + place), { recursive: true });
  cpSync(file, CONTENT + place);
}
