import type { DatasetError } from '../errors';
import type { FaultReporter } from './fault';

/** What a column of a FER2013 file holds; `'index'` is the column without a name that pandas adds at the front. */
export type Fer2013Column = 'emotion' | 'pixels' | 'Usage' | 'index';

/** The longest header that is looked at, in bytes. */
export const HEADER_LIMIT = 1024;

const COLUMNS: readonly Fer2013Column[] = ['emotion', 'pixels', 'Usage'];
const REMEDY =
  'The published files start with "emotion,pixels,Usage", "emotion, Usage, pixels", "emotion,pixels" or "pixels".';

/**
 * Reads the header of a FER2013 file: column names in any order and case, with or without quotes and blanks around
 * them; the first may be an index.
 *
 * @param line The first line, a byte order mark included.
 * @param needsSplit Whether rows are to be chosen by their split.
 * @param fault Makes the error.
 * @returns The columns in the file's order.
 * @throws DatasetError if a column is unknown, stands twice or is missing.
 */
export function parseHeader(line: string, needsSplit: boolean, fault: FaultReporter): Fer2013Column[] {
  const names = line
    .replace(/^\uFEFF/, '')
    .split(',')
    .map(unquote);
  const columns = names.map((name, i) =>
    i === 0 && names.length > 1 && /^(unnamed: 0)?$/i.test(name)
      ? 'index'
      : COLUMNS.find((column) => column.toLowerCase() === name.toLowerCase()),
  );
  const unknown = columns.indexOf(undefined);
  if (unknown >= 0) throw headerFault(`the column ${quote(names[unknown]!)}`, fault);
  const twice = columns.findIndex((column, i) => columns.indexOf(column) !== i);
  if (twice >= 0) throw headerFault(`the column ${quote(names[twice]!)} twice`, fault);
  if (!columns.includes('pixels')) throw headerFault(`${quote(line.trim())} without pixels`, fault);
  if (needsSplit && !columns.includes('Usage')) {
    throw fault({
      row: 1,
      column: 'Usage',
      expected: 'the column Usage, by which to choose rows',
      received: `the header ${quote(line.trim())}`,
      remedy: 'Leave the option split out to load all rows.',
    });
  }
  return columns as Fer2013Column[];
}

/** The error for a header that is not one of FER2013. */
export function headerFault(received: string, fault: FaultReporter): DatasetError {
  return fault({ row: 1, expected: 'a header of the columns emotion, pixels and Usage', received, remedy: REMEDY });
}

/** The content of a field: blanks around it and one pair of quotes are taken off. */
export function unquote(field: string): string {
  const text = field.trim();
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
}

/** A text from a file as it stands in a message: in quotes, cut at 40 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
