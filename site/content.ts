import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { listGuides } from './guides';
import { relink } from './links';
import { CONTENT, read } from './paths';

/** Documents that are no guides, and where they are on the site. */
const OTHERS: Readonly<Record<string, string>> = {
  'README.md': 'guides/start.md',
  'docs/README.md': 'guides/index.md',
  'CHANGELOG.md': 'changelog.md',
  'SECURITY.md': 'security.md',
  LICENSE: 'license.md',
};

/** Where each document of the repository is on the site. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(OTHERS),
  ...listGuides().map(({ source, place }) => [source, place] as const),
]);

/** Writes a page of the site. */
export function writePage(place: string, text: string): void {
  mkdirSync(dirname(CONTENT + place), { recursive: true });
  writeFileSync(CONTENT + place, text);
}

/** Gathers the documents and the pages of the site in one folder. */
export function gather(): void {
  rmSync(CONTENT, { recursive: true, force: true });
  for (const [source, place] of PLACES) {
    const text = source === 'LICENSE' ? `# License\n\n\`\`\`text\n${read(source)}\`\`\`\n` : read(source);
    writePage(place, relink(text, source, PLACES));
  }
  for (const page of readdirSync('site/pages')) writePage(page, read(`site/pages/${page}`));
  cpSync('examples/pictures', `${CONTENT}public/pictures`, { recursive: true });
}
