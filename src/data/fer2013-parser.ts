import type { DatasetError } from '../errors';
import { EMOTIONS, labelFromName, USAGES } from '../labels';
import { UNLABELED } from './batches';
import type { Fault, FaultReporter } from './fault';
import type { Fer2013Column } from './fer2013-header';
import { HEADER_LIMIT, headerFault, parseHeader, quote, unquote } from './fer2013-header';
import { PixelField } from './pixel-field';
import { FER2013_PIXELS, PixelStore } from './pixel-store';
import { NO_USAGE, usageFromName } from './usage';

/** How a {@link Fer2013Parser} works. */
export interface ParserOptions {
  /** Makes the error for a bad row. */
  fault: FaultReporter;
  /** Whether to leave bad rows out instead of throwing. */
  skipBadRows: boolean;
  /** Usages (positions in `USAGES`) of the rows to keep; undefined keeps all. */
  keep: ReadonlySet<number> | undefined;
  /** Size of the unzipped file, if known; it only saves memory. */
  fileBytes: number | undefined;
}

/** The rows of a file. */
export interface ParsedRows {
  /** [size, 48, 48] */
  images: Uint8Array;
  /** [size], 0..6 or `UNLABELED` */
  labels: Uint8Array;
  /** [size], positions in `USAGES` or `NO_USAGE` */
  usage: Uint8Array;
  /** [size], 1-based file rows */
  rows: Uint32Array;
}

const COMMA = 44;
const NEWLINE = 10;
const TEXT_LIMIT = 64;

/**
 * Parses a FER2013 file that comes in as chunks of bytes, cut anywhere. Pixels go from the bytes straight to their
 * place; no text is built of them and nothing of a chunk is kept.
 *
 * @example
 * ```ts
 * const parser = new Fer2013Parser(options);
 * for await (const chunk of chunks) parser.push(chunk);
 * const { images, labels } = parser.finish();
 * ```
 */
export class Fer2013Parser {
  /** 1-based number of the row that is being read; blank lines do not count. */
  row = 1;
  /** Errors of the rows that were left out. */
  readonly skipped: DatasetError[] = [];

  readonly #options: ParserOptions;
  readonly #fault: FaultReporter;
  readonly #store: PixelStore;
  #pixels = new PixelField();
  readonly #labels: number[] = [];
  readonly #usages: number[] = [];
  readonly #rows: number[] = [];
  #columns: readonly Fer2013Column[] | undefined; // undefined while the header is read
  #column = 0;
  #text: number[] = []; // bytes of the header or of the field that is being read
  #label = UNLABELED;
  #usage = NO_USAGE;
  #skipping = false; // to the end of a bad row

  /** @param options What to keep and what to do with bad rows. */
  constructor(options: ParserOptions) {
    this.#options = options;
    this.#fault = options.fault;
    this.#store = new PixelStore(options.fileBytes);
  }

  /** Reads a chunk. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#skipping) at = this.#skipLine(chunk, at);
      else if (this.#columns?.[this.#column] === 'pixels') at = this.#readPixels(chunk, at);
      else at = this.#readText(chunk, at);
    }
  }

  /** Ends the last row and returns all. The parser must not be used again. */
  finish(): ParsedRows {
    this.push(Uint8Array.of(NEWLINE));
    if (this.#columns === undefined) throw this.#fault({ row: 1, expected: 'a header row', received: 'an empty file' });
    const { length } = this.#rows;
    return {
      images: this.#store.take(length),
      labels: Uint8Array.from(this.#labels),
      usage: Uint8Array.from(this.#usages),
      rows: Uint32Array.from(this.#rows),
    };
  }

  #readPixels(chunk: Uint8Array, start: number): number {
    this.#store.reserve(this.#rows.length + 1);
    const end = this.#pixels.read(chunk, start, this.#store.pixels, this.#rows.length * FER2013_PIXELS);
    if (end === chunk.length) return end;
    this.#endField(chunk[end]!);
    return end + 1;
  }

  #readText(chunk: Uint8Array, start: number): number {
    const inHeader = this.#columns === undefined;
    const limit = inHeader ? HEADER_LIMIT : TEXT_LIMIT;
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === NEWLINE || (byte === COMMA && !inHeader)) {
        this.#endField(byte);
        return at + 1;
      }
      if (this.#text.length < limit) this.#text.push(byte);
      else if (inHeader) throw headerFault(`a first line of more than ${HEADER_LIMIT} bytes`, this.#fault);
    }
    return chunk.length;
  }

  #skipLine(chunk: Uint8Array, start: number): number {
    const end = chunk.indexOf(NEWLINE, start);
    if (end < 0) return chunk.length;
    this.#startRow(this.row + 1);
    return end + 1;
  }

  /** Takes in the field that the given byte ends. */
  #endField(byte: number): void {
    if (this.#columns === undefined) return this.#readHeader();
    const atLineEnd = byte === NEWLINE;
    if (atLineEnd && this.#isBlankLine()) return this.#startRow(this.row);
    const wrong = this.#takeField() ?? this.#checkWidth(atLineEnd);
    if (wrong) this.#reject(wrong, atLineEnd);
    else if (atLineEnd) this.#endRow();
    else this.#startField(this.#column + 1);
  }

  #readHeader(): void {
    const line = new TextDecoder().decode(Uint8Array.from(this.#text));
    this.#text = [];
    if (unquote(line) === '') return; // blank lines before the header
    this.#columns = parseHeader(line, this.#options.keep !== undefined, this.#fault);
    this.#startRow(2);
  }

  #startRow(row: number): void {
    this.row = row;
    this.#skipping = false;
    this.#startField(0);
  }

  #startField(column: number): void {
    this.#column = column;
    this.#text.length = 0;
    this.#pixels = new PixelField();
  }

  #endRow(): void {
    const { keep } = this.#options;
    if (keep === undefined || keep.has(this.#usage)) {
      this.#labels.push(this.#label);
      this.#usages.push(this.#usage);
      this.#rows.push(this.row);
    }
    this.#startRow(this.row + 1);
  }

  #isBlankLine(): boolean {
    return this.#column === 0 && this.#pixels.isEmpty && this.#textField().trim() === '';
  }

  /** Returns what is wrong with the field, if anything. */
  #takeField(): Fault | undefined {
    const column = this.#columns![this.#column]!;
    if (column === 'pixels') return this.#pixels.finish();
    const text = unquote(this.#textField());
    if (column === 'emotion') {
      this.#label = labelFromName(text) ?? UNLABELED;
      if (this.#label !== UNLABELED) return undefined;
      return { column, expected: `a label in 0..${EMOTIONS.length - 1}`, received: quote(text) };
    }
    this.#usage = usageFromName(text);
    return this.#usage !== NO_USAGE
      ? undefined
      : { column, expected: `one of ${USAGES.join(', ')}`, received: quote(text) };
  }

  #textField(): string {
    return String.fromCharCode(...this.#text);
  }

  #checkWidth(atLineEnd: boolean): Fault | undefined {
    const { length } = this.#columns!;
    const isLast = this.#column === length - 1;
    if (isLast === atLineEnd) return undefined;
    const columns = length === 1 ? '1 column' : `${length} columns`;
    return { expected: `${columns} as in the header`, received: isLast ? 'more' : `${this.#column + 1}` };
  }

  #reject(fault: Fault, atLineEnd: boolean): void {
    const error = this.#fault({ row: this.row, ...fault });
    if (!this.#options.skipBadRows) throw error;
    this.skipped.push(error);
    if (atLineEnd) this.#startRow(this.row + 1);
    else this.#skipping = true;
  }
}
