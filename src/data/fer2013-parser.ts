import type { DatasetError } from '../errors';
import { SPLITS } from '../labels';
import { UNLABELED } from './batches';
import type { Fault, FaultReporter } from './fault';
import { type Fer2013Column, HEADER_LIMIT, headerFault, parseHeader, quote, unquote } from './fer2013-header';
import { readPixels } from './pixel-field';
import { FER2013_PIXELS, PixelStore } from './pixel-store';
import { NO_SPLIT, splitFromName } from './split-names';

/** Options of a {@link Fer2013Parser}. */
export interface ParserOptions {
  /** Creates the error for an invalid row. */
  fault: FaultReporter;
  /** Whether to skip invalid rows instead of throwing. */
  skipBadRows: boolean;
  /** The splits to keep, as indices into `SPLITS`; undefined for all. */
  keep: ReadonlySet<number> | undefined;
  /** The size of the unzipped file, if known, to save memory. */
  fileBytes: number | undefined;
  /** Parses a field of the column emotion to a label or an error. */
  labelOf: (text: string) => number | Fault;
}

/** The rows of a file. */
export interface ParsedRows {
  /** [size, 48, 48] */
  images: Uint8Array;
  /** [size], or `UNLABELED` */
  labels: Uint8Array;
  /** [size], indices into `SPLITS`, or `NO_SPLIT` */
  splits: Uint8Array;
  /** [size], 1-based rows of the file */
  rows: Uint32Array;
}

const COMMA = 44;
const NEWLINE = 10;
const LINE_LIMIT = 1 << 16; // a row has at most 9,300 bytes without extra spaces
const LISTED = 1000; // the maximum number of invalid rows that are listed

/** A streaming parser for FER2013 files. Takes chunks of any size, and keeps only incomplete rows. */
export class Fer2013Parser {
  /** The 1-based number of the current row, without blank lines. */
  row = 1;
  /** The number of invalid rows. */
  badRows = 0;
  /** The errors of the first thousand invalid rows. */
  readonly skipped: DatasetError[] = [];

  readonly #options: ParserOptions;
  readonly #store: PixelStore;
  readonly #labels: number[] = [];
  readonly #splits: number[] = [];
  readonly #rows: number[] = [];
  readonly #text = new TextDecoder();
  readonly #rest = new Uint8Array(LINE_LIMIT); // an incomplete line
  #restLength = 0; // may exceed the limit
  #columns: readonly Fer2013Column[] | undefined; // undefined until the header is parsed
  #label = UNLABELED;
  #split = NO_SPLIT;

  /** @param options The rows to keep, and the handling of invalid rows. */
  constructor(options: ParserOptions) {
    this.#options = options;
    this.#store = new PixelStore(options.fileBytes);
  }

  /** Parses a chunk. */
  push(chunk: Uint8Array): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      if (this.#restLength === 0) this.#readLine(chunk.subarray(start, end), end - start);
      else {
        this.#keep(chunk.subarray(start, end));
        this.#readLine(this.#rest.subarray(0, this.#restLength), this.#restLength);
        this.#restLength = 0;
      }
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    if (this.#columns === undefined) this.#checkHeaderLength(this.#restLength);
  }

  /** Ends the last row and returns all rows. Do not use the parser afterwards. */
  finish(): ParsedRows {
    this.push(Uint8Array.of(NEWLINE));
    const { fault } = this.#options;
    if (this.#columns === undefined) throw fault({ row: 1, expected: 'a header row', received: 'an empty file' });
    const { length } = this.#rows;
    return {
      images: this.#store.take(length),
      labels: Uint8Array.from(this.#labels),
      splits: Uint8Array.from(this.#splits),
      rows: Uint32Array.from(this.#rows),
    };
  }

  #keep(bytes: Uint8Array): void {
    if (this.#restLength < LINE_LIMIT)
      this.#rest.set(bytes.subarray(0, LINE_LIMIT - this.#restLength), this.#restLength);
    this.#restLength += bytes.length;
  }

  #readLine(line: Uint8Array, length: number): void {
    if (this.#columns === undefined) return this.#readHeader(line);
    if (line.length < HEADER_LIMIT && this.#decode(line).trim() === '') return;
    const wrong =
      length > LINE_LIMIT
        ? { expected: `a row of at most ${LINE_LIMIT} bytes`, received: `${length}` }
        : this.#readFields(line, this.#columns);
    if (wrong) this.#reject(wrong);
    else this.#keepRow();
    this.row++;
  }

  #readHeader(line: Uint8Array): void {
    this.#checkHeaderLength(line.length);
    const text = this.#decode(line);
    if (unquote(text) === '') return; // blank lines before the header
    this.#columns = parseHeader(text, this.#options.keep !== undefined, this.#options.fault);
    this.row = 2;
  }

  #checkHeaderLength(length: number): void {
    if (length > HEADER_LIMIT)
      throw headerFault(`a first line of more than ${HEADER_LIMIT} bytes`, this.#options.fault);
  }

  /** Parses a row. Returns the error, if there is one. */
  #readFields(line: Uint8Array, columns: readonly Fer2013Column[]): Fault | undefined {
    this.#store.reserve(this.#rows.length + 1);
    let start = 0;
    for (const [i, column] of columns.entries()) {
      const comma = line.indexOf(COMMA, start);
      const end = comma < 0 ? line.length : comma;
      const wrong =
        column === 'pixels'
          ? readPixels(line, start, end, this.#store.pixels, this.#rows.length * FER2013_PIXELS)
          : this.#readText(column, unquote(this.#decode(line.subarray(start, end))));
      if (wrong) return wrong;
      if (comma < 0 === i < columns.length - 1) return wrongWidth(columns.length, comma < 0 ? `${i + 1}` : 'more');
      start = end + 1;
    }
    return undefined;
  }

  #readText(column: Fer2013Column, text: string): Fault | undefined {
    if (column === 'index') return undefined;
    if (column === 'emotion') {
      const label = this.#options.labelOf(text);
      if (typeof label !== 'number') return label;
      this.#label = label;
      return undefined;
    }
    this.#split = splitFromName(text);
    if (this.#split !== NO_SPLIT) return undefined;
    return { column, expected: `one of ${SPLITS.join(', ')}`, received: quote(text) };
  }

  #keepRow(): void {
    const { keep } = this.#options;
    if (keep !== undefined && !keep.has(this.#split)) return;
    this.#labels.push(this.#label);
    this.#splits.push(this.#split);
    this.#rows.push(this.row);
  }

  #decode(bytes: Uint8Array): string {
    return this.#text.decode(bytes);
  }

  #reject(wrong: Fault): void {
    this.badRows++;
    if (this.badRows > LISTED) return;
    const error = this.#options.fault({ row: this.row, ...wrong });
    if (!this.#options.skipBadRows) throw error;
    this.skipped.push(error);
  }
}

function wrongWidth(length: number, received: string): Fault {
  return { expected: `${length === 1 ? '1 column' : `${length} columns`} as in the header`, received };
}
