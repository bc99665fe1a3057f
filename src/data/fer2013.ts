import type { Usage } from '../labels';
import { checkOneOf, checkOptions, checkText } from '../validate';
import { FerDataset } from './dataset';
import type { Fault } from './fault';
import { faultsIn } from './fault';
import { Fer2013Parser } from './fer2013-parser';
import type { DataSource, LoaderParts } from './source';
import { openSource, sourceName } from './source';
import { usageIndices } from './usage';

/**
 * How far the reading of a file has come.
 *
 * @example
 * ```ts
 * const onProgress = ({ rows, bytes, totalBytes = Infinity }: LoadProgress) => console.log(rows, bytes / totalBytes);
 * await loadFer2013(file, { onProgress });
 * ```
 */
export interface LoadProgress {
  /** Bytes of the source read so far; of a gzip file, compressed ones. */
  bytes: number;
  /** Size of the source in bytes, if it is known. */
  totalBytes: number | undefined;
  /** Rows of the file read so far, those that are not kept included. */
  rows: number;
}

/**
 * Options of {@link loadFer2013}.
 *
 * @example
 * ```ts
 * const options: Fer2013Options = { usage: ['Training', 'PublicTest'], onInvalid: 'skip', file: 'fer2013.csv' };
 * const { size, skipped } = await loadFer2013(file, options);
 * ```
 */
export interface Fer2013Options {
  /** The split or splits to keep. All rows are checked nevertheless. Default: all rows. */
  usage?: Usage | readonly Usage[];
  /** Whether a bad row throws, or is left out and listed in the data set's `skipped`. Default 'throw'. */
  onInvalid?: 'throw' | 'skip';
  /** Stops the reading. */
  signal?: AbortSignal;
  /** Called every one to eight mebibytes of CSV, and at the end. */
  onProgress?: (progress: LoadProgress) => void;
  /** Name of the file in messages. Default: the name of the source, if it has one. */
  file?: string;
}

const PROGRESS_BYTES = 1 << 20;

/**
 * Loads FER2013 in any of its published forms: `fer2013.csv`, `icml_face_data.csv`, `train.csv` (no Usage) and
 * `test.csv` (pixels only), plain or gzipped. The header says which columns there are. Byte order marks, CRLF, quotes
 * and blank lines are understood. The file is parsed while it comes in and never held: beyond the set's own bytes (83
 * MB for all of FER2013) this takes less than 64 MB.
 *
 * @param source Bytes, `ArrayBuffer`, `Blob` or `File`, `Response`, stream of bytes, URL, or a string: the text of the
 *   file if it has a line break or starts as a header does, else a URL. A stream or response is used up. For a path see
 *   `fer-cnn/node`.
 * @param options What to keep, what to do with bad rows, signal and progress.
 * @returns The rows in file order; `rows` has their numbers, where the header is row 1 and blank lines do not count.
 * @throws DatasetError with file, row and column at a bad row (unless `onInvalid` is 'skip'), and in any case if the
 *   source cannot be read to its end, is truncated gzip data, is empty, has another header, or has no row to keep.
 * @throws InputError if the source or an option is none of those named. The signal's reason if it is aborted.
 * @example
 * ```ts
 * const file = document.querySelector<HTMLInputElement>('input[type=file]')!.files![0]!;
 * const dataset = await loadFer2013(file, { usage: 'Training', onProgress: ({ rows }) => console.log(rows) });
 * dataset.size; // 28709
 * ```
 */
export async function loadFer2013(source: DataSource, options: Fer2013Options = {}): Promise<FerDataset> {
  return loadBy({ where: 'loadFer2013' }, source, options);
}

/** What {@link loadFer2013} does, for loaders that bring parts of their own. */
export async function loadBy(
  { where, gunzip, file: name }: LoaderParts,
  source: DataSource,
  options: Fer2013Options,
): Promise<FerDataset> {
  checkOptions(where, options, ['usage', 'onInvalid', 'signal', 'onProgress', 'file']);
  const { usage, onInvalid = 'throw', signal, onProgress } = options;
  checkOneOf(`${where}: onInvalid`, onInvalid, ['throw', 'skip']);
  const keep = usage === undefined ? undefined : usageIndices(`${where}: usage`, usage);
  if (options.file !== undefined) checkText(`${where}: file`, options.file);
  const file = options.file ?? name ?? sourceName(source);
  const fault = faultsIn(where, file);
  let row = 1;
  const input = await openSource(source, { where, signal, gunzip, fault: (parts) => fault({ row, ...parts }) });
  const fileBytes = input.isGzip ? undefined : input.totalBytes;
  const parser = new Fer2013Parser({ fault, skipBadRows: onInvalid === 'skip', keep, fileBytes });
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
  if (parsed.rows.length === 0) throw fault(emptyFault(parser, usage));
  return new FerDataset({ ...parsed, skipped: parser.skipped });
}

function emptyFault({ row, skipped }: Fer2013Parser, usage: Fer2013Options['usage']): Fault {
  const of = usage === undefined ? '' : ` of usage ${[usage].flat().join(' or ')}`;
  const bad = skipped[0] ? `, ${skipped.length} of them bad, the first at ${skipped[0].message}` : '';
  return { expected: `at least one row${of}`, received: row === 2 ? 'a header only' : `${row - 2} other rows${bad}` };
}
