import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository, with a slash at the end. */
export const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** What the site is built from: the guides, the reference and the pages, gathered in one folder. */
export const CONTENT = `${ROOT}site/.content/`;

/** The built site. */
export const OUT = `${ROOT}site/dist/`;

/** The text of a file of the repository. */
export const read = (path: string): string => readFileSync(ROOT + path, 'utf8');
