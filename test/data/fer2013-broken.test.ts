import { describe, expect, it } from 'vitest';
import { loadFer2013 } from '../../src/data/fer2013';
import { DatasetError } from '../../src/errors';
import { bytesOf, csvOf, failureOf, goodPixels, gzipOf, loadText, pixelText, pixelsOfRow, streamOf } from './fixtures';

interface Broken {
  name: string;
  /** The file. */
  data: string | Uint8Array<ArrayBuffer>;
  /** Where the error must say it is. */
  at: { row?: number; column?: string };
  /** What the message must hold. */
  says: string | RegExp;
  /** Whether only a row is broken, which `onInvalid: 'skip'` leaves out. */
  skippable?: boolean;
}

const good = goodPixels();
const pixels = pixelsOfRow(0);
const withPixel = (at: number, text: string): string => [...pixels].map((x, i) => (i === at ? text : `${x}`)).join(' ');
/** A file whose third row is the one given. */
const rowFile = (row: string): string => `emotion,pixels,Usage\n0,${good},Training\n${row}\n1,${good},Training\n`;
const rowCase = (name: string, row: string, column: string | undefined, says: string | RegExp): Broken => ({
  name,
  data: rowFile(row),
  at: { row: 3, ...(column !== undefined && { column }) },
  says,
  skippable: true,
});
const corrupt = (bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> =>
  bytes.map((byte, i) => (i >= at && i < at + 40 ? byte ^ 0xff : byte));
const GZIP = gzipOf(csvOf(30));
const GZIP_FAULT =
  'expected whole gzip data, received gzip data that is truncated or damaged. Download the file again.';

const FILES: Broken[] = [
  { name: 'no bytes', data: new Uint8Array(0), at: { row: 1 }, says: 'expected a header row, received an empty file.' },
  { name: 'blank lines only', data: bytesOf('\n\r\n  \n'), at: { row: 1 }, says: 'received an empty file' },
  { name: 'a byte order mark only', data: bytesOf('\uFEFF'), at: { row: 1 }, says: 'received an empty file' },
  {
    name: 'a header only',
    data: 'emotion,pixels,Usage\n',
    at: {},
    says: 'expected at least one row, received only a header',
  },
  {
    name: 'no header',
    data: `0,${good},Training\n`,
    at: { row: 1 },
    says: 'received a first line of more than 1024 bytes',
  },
  { name: 'no header and short rows', data: '0,1 2 3,Training\n', at: { row: 1 }, says: 'received the column "0"' },
  { name: 'another header', data: 'id,label\n1,2\n', at: { row: 1 }, says: 'the column "id"' },
  {
    name: 'a header without pixels',
    data: 'emotion,Usage\n0,Training\n',
    at: { row: 1 },
    says: '"emotion,Usage" without pixels',
  },
  {
    name: 'a column twice',
    data: `emotion,pixels,Emotion\n0,${good},0\n`,
    at: { row: 1 },
    says: 'the column "Emotion" twice',
  },
  { name: 'one column too many', data: `emotion,pixels,Usage,extra\n`, at: { row: 1 }, says: 'the column "extra"' },
  { name: 'an empty column name', data: `emotion,,pixels\n0,0,${good}\n`, at: { row: 1 }, says: 'the column ""' },
  {
    name: 'semicolons',
    data: `emotion;pixels;Usage\n0;${good};Training\n`,
    at: { row: 1 },
    says: 'the column "emotion;pixels;Usage"',
  },
  {
    name: 'a web page',
    data: '<!DOCTYPE html>\n<html></html>\n',
    at: {},
    says: 'expected a CSV file, received a web page. Download the file itself, not the page around it.',
  },
  {
    name: 'UTF-16',
    data: new Uint8Array(Buffer.from(`emotion,pixels\n0,${good}`, 'utf16le')),
    at: { row: 1 },
    says: 'the column',
  },
  {
    name: 'a ZIP archive',
    data: Uint8Array.from([0x50, 0x4b, 3, 4, ...Array.from({ length: 3000 }, (_, i) => (i % 9) + 11)]),
    at: {},
    says: 'expected a CSV file in the zip archive, received none',
  },
  {
    name: 'old Macintosh line ends',
    data: bytesOf(csvOf(2).replaceAll('\n', '\r')),
    at: { row: 1 },
    says: 'more than 1024 bytes',
  },
  { name: 'truncated gzip data', data: GZIP.slice(0, GZIP.length >> 1), at: {}, says: GZIP_FAULT },
  { name: 'gzip data without its last byte', data: GZIP.slice(0, -1), at: {}, says: GZIP_FAULT },
  { name: 'gzip data of two bytes', data: GZIP.slice(0, 2), at: {}, says: GZIP_FAULT },
  { name: 'damaged gzip data', data: corrupt(GZIP, 10), at: {}, says: GZIP_FAULT },
  { name: 'gzip data with a wrong checksum', data: corrupt(GZIP, GZIP.length - 8), at: {}, says: GZIP_FAULT },
  rowCase(
    'one pixel too few',
    `0,${pixelText(pixels.slice(1))},Training`,
    'pixels',
    'expected 2304 pixels, received 2303.',
  ),
  rowCase('one pixel too many', `0,${good} 7,Training`, 'pixels', 'expected 2304 pixels, received 2305.'),
  rowCase('two rows in one', `0,${good} ${good},Training`, 'pixels', 'expected 2304 pixels, received 4608.'),
  rowCase('no pixels', '0,,Training', 'pixels', 'expected 2304 pixels, received 0.'),
  rowCase('empty quotes', '0,"",Training', 'pixels', 'expected 2304 pixels, received 0.'),
  rowCase(
    'a pixel of 256',
    `0,${withPixel(4, '256')},Training`,
    'pixels',
    'expected integers in 0..255, received 256 as pixel 5.',
  ),
  rowCase('a pixel of 1000', `0,${withPixel(2303, '1000')},Training`, 'pixels', 'received 1000 as pixel 2304.'),
  rowCase('a negative pixel', `0,${withPixel(0, '-1')},Training`, 'pixels', 'received "-" after 0 pixels.'),
  rowCase('a fraction', `0,${withPixel(9, '0.5')},Training`, 'pixels', 'received "." after 9 pixels.'),
  rowCase('a letter', `0,${withPixel(9, 'a')},Training`, 'pixels', 'received "a" after 9 pixels.'),
  rowCase('a zero byte', `0,${withPixel(1, '\0')},Training`, 'pixels', 'received "\\u0000" after 1 pixels.'),
  rowCase('pixels with semicolons', `0,${pixels.join(';')},Training`, 'pixels', 'received ";" after 0 pixels.'),
  rowCase('pixels with commas', `0,${pixels.join(',')},Training`, 'pixels', 'expected 2304 pixels, received 1.'),
  rowCase('a quote that is not closed', `0,"${good},Training`, 'pixels', 'expected a closing quote, received none.'),
  rowCase('a quote that is not opened', `0,${good}",Training`, 'pixels', 'received "\\"" after 2303 pixels.'),
  rowCase(
    'pixels after the quote',
    `0,"${pixelText(pixels.slice(1))}" 7,Training`,
    'pixels',
    'received "7" after 2303 pixels.',
  ),
  rowCase(
    'label 7',
    `7,${good},Training`,
    'emotion',
    /expected a label in 0\.\.6, received "7"\. For other classes, pass their names/,
  ),
  rowCase('label -1', `-1,${good},Training`, 'emotion', 'received "-1"'),
  rowCase('a label that is no integer', `1.5,${good},Training`, 'emotion', 'received "1.5"'),
  rowCase('an unknown emotion', `contempt,${good},Training`, 'emotion', 'received "contempt"'),
  rowCase('no label', `,${good},Training`, 'emotion', 'received ""'),
  rowCase(
    'a label of a thousand letters',
    `${'x'.repeat(1000)},${good},Training`,
    'emotion',
    `received "${'x'.repeat(40)}…"`,
  ),
  rowCase(
    'an unknown Usage',
    `0,${good},Test`,
    'Usage',
    'expected one of Training, PublicTest, PrivateTest, received "Test".',
  ),
  rowCase('no Usage', `0,${good},`, 'Usage', 'received ""'),
  rowCase('a column too few', `0,${good}`, undefined, 'expected 3 columns as in the header, received 2.'),
  rowCase('a column too many', `0,${good},Training,`, undefined, 'expected 3 columns as in the header, received more.'),
  rowCase('columns exchanged', `Training,${good},0`, 'emotion', 'received "Training"'),
  rowCase('the header again', 'emotion,pixels,Usage', 'emotion', 'received "emotion"'),
  {
    name: 'a file cut within its last row',
    data: rowFile('').slice(0, -500),
    at: { row: 3, column: 'pixels' },
    says: 'expected 2304 pixels',
    skippable: true,
  },
];

describe('loadFer2013 refuses a broken file with row, column and what was found', () => {
  it.each(FILES.map((file) => [file.name, file] as const))('%s', async (_, { data, at, says }) => {
    const bytes = typeof data === 'string' ? bytesOf(data) : data;
    for (const source of [bytes, streamOf(bytes, 1, 999)]) {
      const error = (await failureOf(loadFer2013(source, { file: 'faces.csv' }))) as DatasetError;
      expect(error).toBeInstanceOf(DatasetError);
      expect(error.file).toBe('faces.csv');
      expect(error).toMatchObject(at);
      expect(error.message).toMatch(/^loadFer2013: faces\.csv/);
      expect(error.message).toMatch(says);
      if (at.row !== undefined) expect(error.message).toContain(`row ${at.row}`);
      if (at.column !== undefined) expect(error.message).toContain(`column ${at.column}`);
      else expect(error.column).toBeUndefined();
    }
  });

  it('knows at least thirty kinds', () => expect(FILES.length).toBeGreaterThanOrEqual(30));

  it.each(FILES.filter(({ skippable }) => skippable).map((file) => [file.name, file] as const))(
    'but leaves the row out if it may: %s',
    async (_, { data, at }) => {
      const dataset = await loadText(data as string, { onInvalid: 'skip' });
      expect(dataset.skipped).toHaveLength(1);
      expect(dataset.skipped[0]).toMatchObject(at);
      expect([...dataset.rows]).toEqual([2, 4].slice(0, dataset.size));
      for (let i = 0; i < dataset.size; i++) {
        expect(dataset.images.subarray(i * 2304, (i + 1) * 2304)).toEqual(pixels);
      }
    },
  );

  it.each(FILES.filter(({ skippable }) => !skippable).map((file) => [file.name, file] as const))(
    'and never gives part of it: %s',
    async (_, { data }) => {
      const source = typeof data === 'string' ? bytesOf(data) : data;
      await expect(loadFer2013(source, { onInvalid: 'skip' })).rejects.toThrow(DatasetError);
    },
  );
});
