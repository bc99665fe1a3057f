import { readdirSync } from 'node:fs';
import { read } from './paths';

/** The guides in the order of what people come for. Those that are missing here follow at the end, by name. */
const ORDER = [
  ...['faces', 'classification', 'explanation', 'teaching', 'training', 'data', 'evaluation', 'models'],
  ...[
    'models-from-elsewhere',
    'backends',
    'frameworks',
    'environments',
    'runtimes',
    'interop',
    'scale-out',
    'performance',
  ],
  ...['ethics', 'troubleshooting', 'coming-from-face-api', 'coming-from-human'],
];

/** Which guides a chapter of the menu begins with. */
const CHAPTERS: Readonly<Record<string, string>> = {
  faces: 'Photos and cameras',
  teaching: 'Your own models',
  training: 'Your own models',
  models: 'Models',
  backends: 'Where it runs',
  performance: 'Good to know',
  'coming-from-face-api': 'Coming from',
  architecture: 'The project',
};

/** A guide of `docs/`. */
export interface Guide {
  /** Its path in the repository. */
  readonly source: string;
  /** Its path on the site. */
  readonly place: string;
  readonly title: string;
  /** The chapter that it opens, if it opens one. */
  readonly chapter: string | undefined;
}

/** All guides, in their order. */
export function listGuides(): Guide[] {
  const names = readdirSync('docs').filter((file) => file.endsWith('.md') && file !== 'README.md');
  const rank = (name: string) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  const sorted = names.map((file) => file.slice(0, -3)).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  let open = '';
  return sorted.map((name) => {
    const source = `docs/${name}.md`;
    const wanted = CHAPTERS[name];
    const chapter = wanted === open ? undefined : wanted;
    open = wanted ?? open;
    return { source, place: `guides/${name}.md`, title: titleOf(read(source)), chapter };
  });
}

/** The first heading of a document. */
const titleOf = (text: string): string => /^# (.+)$/m.exec(text)![1]!;
