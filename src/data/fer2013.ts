import { within } from '../errors';
import { areSameNames, parseClassNames } from '../class-names';
import { EMOTIONS, labelFromName, type Split } from '../labels';
import { fileName, type FileSource } from '../platform/read';
import { callback, type Described, object, oneOf, optional, signal, text } from '../schema';
import { Dataset } from './dataset';
import { type Fault, faultsIn } from './fault';
import { quote } from './fer2013-header';
import { Fer2013Parser, type ParserOptions } from './fer2013-parser';
import { openSource } from './source';
import { splitName, splitNumbers } from './split-names';

/** The progress of {@link loadFer2013}. */
export interface LoadProgress {
  /** The bytes of the source read so far (compressed bytes for gzip). */
  bytes: number;
  /** The size of the source in bytes, if known. */
  totalBytes: number | undefined;
  /** The rows read so far, including those of other splits. */
  rows: number;
}

/** Options of {@link loadFer2013}. */
export interface Fer2013Options {
  /** The split or splits to keep. All rows are validated. Default: all. */
  split?: Split | readonly Split[];
  /** The class names in label order, for files with other classes. Default: the seven `EMOTIONS`. */
  classNames?: readonly string[];
  /**
   * Whether invalid rows throw, or are skipped and listed in the data set's `skipped` (the first thousand, and the number of others).
   * Default 'throw'.
   */
  onInvalid?: 'throw' | 'skip';
  /** Aborts loading. */
  signal?: AbortSignal;
  /** Called every 1 to 8 MiB of CSV, and at the end. */
  onProgress?: (progress: LoadProgress) => void;
  /** The file name in error messages. Default: the name of the source, if it has one. */
  file?: string;
}

const WHERE = 'loadFer2013';
const PROGRESS_BYTES = 1 << 20;

const parse = object({
  split: optional(splitNumbers),
  classNames: optional(parseClassNames, EMOTIONS),
  onInvalid: optional(oneOf(['throw', 'skip']), 'throw'),
  signal,
  onProgress: callback<Fer2013Options['onProgress']>(),
  file: optional(text),
} satisfies Described<Fer2013Options>);

/**
 * Loads FER2013 from CSV: `fer2013.csv`, `icml_face_data.csv`, `train.csv` (no Usage) or `test.csv` (pixels only), plain, gzipped, or as
 * the only CSV file in a tar or zip archive (zip needs the package `fflate`). The header defines the columns. Byte order marks, CRLF,
 * quotes, blank lines and the index column of pandas are supported. The file is streamed: parsing needs less than 64 MB in addition to the
 * data set (83 MB for all of FER2013).
 *
 * @param source A path (in Node), a URL, bytes, a `Blob` or `File`, or a `Response` or stream of bytes, which is consumed.
 * @param options The splits to keep, the handling of invalid rows, signal and progress.
 * @returns The rows in file order; `rows` has their numbers, where the header is row 1 and blank lines do not count.
 * @throws DatasetError with file, row and column for an invalid row (unless `onInvalid` is 'skip'), or if the source cannot be read
 *   completely, is empty, has another header, or has no row to keep.
 * @throws InputError if the source or an option is not valid.
 * @throws The signal's reason when it is aborted.
 * @example
 * ```ts
 * const dataset = await loadFer2013('fer2013.csv.gz', { split: 'Training', onProgress: ({ rows }) => console.log(rows) });
 * dataset.size; // 28709
 * ```
 */
export async function loadFer2013(source: FileSource, options: Fer2013Options = {}): Promise<Dataset> {
  return within(WHERE, () => read(source, parse(WHERE, options)));
}

async function read(source: FileSource, options: ReturnType<typeof parse>): Promise<Dataset> {
  const { split: keep, classNames, onInvalid, signal, onProgress, file = fileName(source) } = options;
  const fault = faultsIn(WHERE, file);
  let row: number | undefined; // of a file that could be opened
  const input = await openSource(source, { signal, fault: (parts) => fault({ ...(row && { row }), ...parts }) });
  row = 1;
  const fileBytes = input.isPacked ? undefined : input.totalBytes;
  const parser = new Fer2013Parser({
    fault,
    skipBadRows: onInvalid === 'skip',
    keep,
    fileBytes,
    labelOf: labelReader(classNames),
  });
  const report = (): void =>
    onProgress?.({ bytes: input.bytesRead, totalBytes: input.totalBytes, rows: Math.max(parser.row - 2, 0) });
  let unreported = 0;
  for await (const chunk of input.chunks) {
    signal?.throwIfAborted();
    parser.push(chunk);
    row = parser.row;
    if ((unreported += chunk.length) < PROGRESS_BYTES) continue;
    unreported = 0;
    report();
  }
  const parsed = parser.finish();
  report();
  if (parsed.rows.length === 0) throw fault(emptyFault(parser, keep));
  const { skipped, badRows } = parser;
  const more = badRows - skipped.length;
  if (more > 0) skipped.push(fault({ expected: 'good rows', received: `${more} more bad ones, not listed` }));
  return new Dataset({ ...parsed, classNames, skipped });
}

/** Creates a parser for labels: numbers or class names; emotions in any spelling. */
function labelReader(classNames: readonly string[]): ParserOptions['labelOf'] {
  const areEmotions = areSameNames(classNames, EMOTIONS);
  return (text) => {
    const spelt = labelFromName(text);
    const named = areEmotions ? (spelt ?? -1) : classNames.indexOf(text);
    const label = named < 0 && /^\d{1,3}$/.test(text) ? Number(text) : named;
    if (label >= 0 && label < classNames.length) return label;
    const remedy = areEmotions && /^\d{1,3}$|contempt/i.test(text) ? CLASSES_REMEDY : undefined;
    const expected = `a label in 0..${classNames.length - 1}`;
    return { column: 'emotion', expected, received: quote(text), ...(remedy !== undefined && { remedy }) };
  };
}

const CLASSES_REMEDY =
  "For other classes, pass their names in label order, such as classNames: [...EMOTIONS, 'contempt'].";

function emptyFault({ row, skipped, badRows }: Fer2013Parser, keep: ReadonlySet<number> | undefined): Fault {
  const of = keep ? ` of split ${Array.from(keep, splitName).join(' or ')}` : '';
  const bad = skipped[0] ? `, ${badRows} of them bad, the first at ${skipped[0].message}` : '';
  return { expected: `at least one row${of}`, received: row === 2 ? 'only a header' : `${row - 2} other rows${bad}` };
}
