import type { DatasetError } from '../errors';
import type { FaultReporter } from './fault';

/** A column of a FER2013 file; `'index'` is the first column without a name that pandas adds. */
export type Fer2013Column = 'emotion' | 'pixels' | 'Usage' | 'index';

/** The maximum length of a header in bytes. */
export const HEADER_LIMIT = 1024;

const COLUMNS: readonly Fer2013Column[] = ['emotion', 'pixels', 'Usage'];
const REMEDY =
  'FER2013 files start with "emotion,pixels,Usage", "emotion, Usage, pixels", "emotion,pixels" or "pixels".';

/**
 * Parses the header of a FER2013 file: column names in any order and case, with optional quotes and spaces. The first may be an index.
 *
 * @param line The first line, with an optional byte order mark.
 * @param needsSplit Whether rows are selected by their split.
 * @returns The columns in the order of the file.
 * @throws DatasetError if a column is unknown, duplicated or missing.
 */
export function parseHeader(line: string, needsSplit: boolean, toError: FaultReporter): Fer2013Column[] {
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
  if (unknown >= 0) throw headerFault(`the column ${quote(names[unknown]!)}`, toError);
  const twice = columns.findIndex((column, i) => columns.indexOf(column) !== i);
  if (twice >= 0) throw headerFault(`the column ${quote(names[twice]!)} twice`, toError);
  if (!columns.includes('pixels')) throw headerFault(`${quote(line.trim())} without pixels`, toError);
  if (needsSplit && !columns.includes('Usage')) {
    throw toError({
      row: 1,
      column: 'Usage',
      expected: 'the column Usage',
      received: `the header ${quote(line.trim())}`,
      remedy: 'Omit the option split to load all rows.',
    });
  }
  return columns as Fer2013Column[];
}

/** The error for a header that is not from FER2013. */
export function headerFault(received: string, toError: FaultReporter): DatasetError {
  return toError({ row: 1, expected: 'a header with the columns emotion, pixels and Usage', received, remedy: REMEDY });
}

/** Removes spaces and one pair of quotes around a field. */
export function unquote(field: string): string {
  const text = field.trim();
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1).trim() : text;
}

/** Quotes a string from a file for a message, and cuts it at 40 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
