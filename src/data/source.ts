import { inputError } from '../errors';
import { describe } from '../validate';
import type { FaultReporter } from './fault';
import type { Gunzip } from './stream';
import { gunzipByPlatform, isGzip, readStream, takeHead } from './stream';

/**
 * Where a data file can come from: bytes, a `Blob` or `File`, a `Response`, a stream of bytes, a URL to fetch, or a
 * string. A string is the text of the file if it holds a line break or starts as a header does; else it is a URL. Gzip
 * is recognised by its first bytes.
 *
 * @example
 * ```ts
 * const sources: DataSource[] = [file, await file.arrayBuffer(), 'https://example.org/fer2013.csv.gz'];
 * for (const source of sources) console.log((await loadFer2013(source)).size);
 * ```
 */
export type DataSource = Uint8Array | ArrayBuffer | Blob | Response | ReadableStream<Uint8Array> | URL | string;

/** A source that is being read. */
export interface OpenSource {
  /** Size of the source in bytes, compressed if it is; undefined if it is not known. */
  readonly totalBytes: number | undefined;
  /** Bytes of the source read so far, compressed if it is. */
  readonly bytesRead: number;
  /** Whether the source is gzip data. */
  readonly isGzip: boolean;
  /** The bytes of the file, unzipped. */
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

/** What is particular to a loader. */
export interface LoaderParts {
  /** Name of the function that the user called, for messages. */
  where: string;
  /** Unzips gzip data. Default: by the platform's `DecompressionStream`. */
  gunzip?: Gunzip | undefined;
  /** Name of the file, unless the user gives one. Default: that of the source, if it has one. */
  file?: string;
}

/** What {@link openSource} needs beside the source. */
export interface OpenOptions extends LoaderParts {
  /** Stops the reading. */
  signal: AbortSignal | undefined;
  /** Makes the error for a source that cannot be read to its end. */
  fault: FaultReporter;
}

const SLICE = 8 << 20; // about 20 ms of parsing between two turns of the event loop
const HEADER = /^\uFEFF?[\s"]*(emotion|pixels|usage)["\s]*([,;\t]|$)/i; // not pixels.csv

/**
 * The name of a source, if it has one.
 *
 * @param source The source.
 * @returns The name of a `File`, the last part of a URL, or undefined.
 */
export function sourceName(source: DataSource): string | undefined {
  if (typeof source === 'string') return isText(source) ? undefined : lastPart(source);
  if (source instanceof URL) return lastPart(source.href);
  if (isResponse(source)) return source.url === '' ? undefined : lastPart(source.url);
  return source instanceof Blob && 'name' in source ? String(source.name) : undefined;
}

/**
 * Opens a source for reading.
 *
 * @param source Where the bytes come from.
 * @param options Name for messages, signal and maker of errors.
 * @returns The source's size, a count of the bytes read, and the unzipped chunks.
 * @throws InputError if it is none of the kinds of source; DatasetError if it cannot be fetched; the signal's reason.
 */
export async function openSource(source: DataSource, options: OpenOptions): Promise<OpenSource> {
  options.signal?.throwIfAborted();
  const { totalBytes, chunks } = await openRaw(source, options);
  const progress = { bytesRead: 0 };
  const [head, all] = await takeHead(chunks, 2);
  const raw = counted(all, progress);
  const { gunzip = gunzipByPlatform, fault } = options;
  const zipped = isGzip(head);
  return Object.assign(progress, { totalBytes, isGzip: zipped, chunks: zipped ? gunzip(raw, fault) : raw });
}

/** Counts the bytes and cuts long chunks, with a turn of the event loop after each slice. */
async function* counted(
  chunks: AsyncGenerator<Uint8Array, void>,
  progress: { bytesRead: number },
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += SLICE) {
      if (start > 0) await turn();
      const slice = chunk.subarray(start, start + SLICE);
      progress.bytesRead += slice.length;
      yield slice;
    }
  }
}

interface RawSource {
  totalBytes: number | undefined;
  chunks: AsyncGenerator<Uint8Array, void>;
}

async function openRaw(source: DataSource, options: OpenOptions): Promise<RawSource> {
  if (typeof source === 'string') return isText(source) ? openText(source) : fetchSource(source, options);
  if (source instanceof URL) return fetchSource(source, options);
  if (source instanceof ArrayBuffer) return openBytes(new Uint8Array(source));
  if (source instanceof Uint8Array) return openBytes(source);
  if (source instanceof ReadableStream) return openStream(source, undefined, options);
  if (source instanceof Blob) return openStream(source.stream(), source.size, options);
  if (isResponse(source)) return openResponse(source, options);
  throw inputError(
    `${options.where}: source`,
    'bytes, an ArrayBuffer, a Blob, a Response, a ReadableStream, a URL or a string',
    describe(source),
  );
}

function openBytes(bytes: Uint8Array): RawSource {
  async function* whole(): AsyncGenerator<Uint8Array, void> {
    yield bytes;
  }
  return { totalBytes: bytes.length, chunks: whole() };
}

function openText(text: string): RawSource {
  async function* slices(): AsyncGenerator<Uint8Array, void> {
    const encoder = new TextEncoder();
    for (let start = 0; start < text.length; start += SLICE) {
      if (start > 0) await turn();
      yield encoder.encode(text.slice(start, start + SLICE));
    }
  }
  return { totalBytes: text.length, chunks: slices() };
}

function openStream(
  stream: ReadableStream<Uint8Array>,
  totalBytes: number | undefined,
  options: OpenOptions,
): RawSource {
  if (stream.locked) {
    throw inputError(
      `${options.where}: source`,
      'a stream or response that nobody has read from',
      'one that is locked or used up',
    );
  }
  return { totalBytes, chunks: readStream(stream, options) };
}

function openResponse(response: Response, options: OpenOptions): RawSource {
  if (!response.ok) {
    void response.body?.cancel();
    const received = `HTTP status ${`${response.status} ${response.statusText}`.trim()}`;
    throw options.fault({ expected: 'a response with the file', received });
  }
  if (response.body === null) return openBytes(new Uint8Array(0));
  // With a content encoding the length is that of the encoded bytes, which are not the ones that arrive.
  const length = response.headers.has('content-encoding') ? NaN : Number(response.headers.get('content-length') ?? NaN);
  return openStream(response.body, length > 0 ? length : undefined, options);
}

async function fetchSource(url: URL | string, options: OpenOptions): Promise<RawSource> {
  let response: Response;
  try {
    response = await fetch(url, options.signal ? { signal: options.signal } : {});
  } catch (cause) {
    options.signal?.throwIfAborted();
    throw options.fault({
      expected: 'a URL that can be fetched',
      received: describe(String(url)),
      remedy: 'To read a file by its path, use the reader of that name in fer-cnn/node.',
      cause,
    });
  }
  return openResponse(response, options);
}

function isText(source: string): boolean {
  return source.trim() === '' || source.includes('\n') || HEADER.test(source);
}

function isResponse(source: unknown): source is Response {
  return typeof source === 'object' && source !== null && 'headers' in source && 'body' in source;
}

function lastPart(url: string): string {
  const path = url.replace(/[?#].*$/, '').replace(/\/+$/, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
