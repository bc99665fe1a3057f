import { readFileSync } from 'node:fs';

const GUIDE = new URL('../../docs/frameworks.md', import.meta.url);

/** A line with the name of a file, and the block below it. */
const FILE = /^`([\w./-]+)`\n\n```\w+\n([^]*?)^```$/gm;

/** A project that the guide describes. */
export interface Project {
  /** The heading of its section. */
  readonly name: string;
  /** Its files by their path, exactly as they stand in the guide. */
  readonly files: Readonly<Record<string, string>>;
}

const filesOf = (text: string) =>
  Object.fromEntries(Array.from(text.matchAll(FILE), ([, path, code]) => [path!, code!]));

const parts = (text: string, heading: RegExp) =>
  text.split(heading).map((part) => ({ name: part.split('\n', 1)[0]!, text: part }));

/** The projects of docs/frameworks.md. A subsection has the files of its section, too: those that stand before the first subsection. */
export function readProjects(guide: string = readFileSync(GUIDE, 'utf8')): Project[] {
  return parts(guide, /^## /m)
    .slice(1)
    .flatMap((section) => {
      const [shared, ...subsections] = parts(section.text, /^### /m);
      const common = filesOf(shared!.text);
      if (subsections.length === 0) return [{ name: section.name, files: common }];
      return subsections.map(({ name, text }) => ({ name, files: { ...common, ...filesOf(text) } }));
    })
    .filter(({ files }) => Object.keys(files).length > 0);
}
