import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** A fenced block of a document. */
export interface CodeBlock {
  /** Document and line, for messages. */
  place: string;
  /** What follows the opening fence. */
  language: string;
  /** The code. */
  code: string;
}

const FENCE = /^```(\w+)\n([^]*?)^```$/gm;

/** Every document for readers, as a path below the root. */
export const DOCUMENTS: readonly string[] = [
  ...[
    'README.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'CONTRIBUTING.md',
    'CODE_OF_CONDUCT.md',
    'examples/README.md',
    'examples/pictures/README.md',
  ],
  ...readdirSync(`${ROOT}docs`)
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** The text of a document. */
export function read(document: string): string {
  return readFileSync(ROOT + document, 'utf8');
}

/** The code blocks of a document in some languages. */
export function codeBlocks(document: string, languages: readonly string[]): CodeBlock[] {
  const text = read(document);
  return Array.from(text.matchAll(FENCE), ({ index, 1: language, 2: code }) => {
    const line = text.slice(0, index).split('\n').length;
    return { place: `${document}:${line}`, language: language!, code: code! };
  }).filter(({ language }) => languages.includes(language));
}
