import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path/posix';
import { CONTENT, ROOT } from './paths';

const OUTSIDE = /^(?:[a-z]+:|#|\/\/)/;

/** Applies a function to what is between the fenced blocks of a document. */
export function outsideCode(text: string, change: (prose: string) => string): string {
  return text
    .split(/^(```[^]*?^```)$/gm)
    .map((part, i) => (i % 2 ? part : change(part)))
    .join('');
}

/**
 * Makes the links of a document those of the site.
 *
 * @param text The document.
 * @param source Its path in the repository.
 * @param places Where each document is on the site, by its path in the repository.
 * @returns The document with links from its place on the site. Other files that it names, such as images, are copied there.
 * @throws If a link leads to a file that does not exist.
 */
export function relink(text: string, source: string, places: ReadonlyMap<string, string>): string {
  const here = places.get(source)!;
  const toPlace = (link: string): string => {
    if (OUTSIDE.test(link)) return link;
    const [path = '', anchor] = link.split('#');
    const target = join(dirname(source), path);
    const place = places.get(target) ?? copy(target, source);
    return `${fromFolder(dirname(here), place)}${anchor === undefined ? '' : `#${anchor}`}`;
  };
  return outsideCode(text, (prose) =>
    prose
      .replaceAll(/\]\(([^)\s]+)\)/g, (_, link: string) => `](${toPlace(link)})`)
      .replaceAll(/(?<=<img[^>]* )src="([^"]+)"/g, (_, link: string) => `src="${toPlace(link)}"`),
  );
}

const fromFolder = (folder: string, place: string): string => {
  const path = relative(folder, place);
  return path.startsWith('.') ? path : `./${path}`;
};

function copy(file: string, source: string): string {
  if (!existsSync(ROOT + file)) throw new Error(`${source}: expected links to files that exist, received ${file}.`);
  const place = `files/${file}`;
  mkdirSync(dirname(CONTENT + place), { recursive: true });
  copyFileSync(ROOT + file, CONTENT + place);
  return place;
}
