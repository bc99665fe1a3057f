import { open, streamOf } from '#platform';
import { FerError, inputError, reasonOf } from '../errors';
import { describe } from '../validate';
import { type ReadFailure, URL_SCHEME } from './platform';

/**
 * A file: its bytes, a `Blob` or `File`, a `Response` or stream of bytes, which is used up, or where it is. `http:`, `https:`, `data:`,
 * `blob:` and `file:` strings are URLs; any other string is a path in Node and an address relative to the page in a browser.
 */
export type FileSource = Uint8Array | ArrayBuffer | Blob | Response | ReadableStream<Uint8Array> | URL | string;

/** How a file is read. */
export interface ReadOptions {
  /** Makes the errors. */
  readonly fail: ReadFailure;
  /** Stops the reading. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for an answer and then for each further piece of it. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Largest length in bytes. Default: no limit. */
  readonly maxBytes?: number | undefined;
  /** Called with the number of bytes read so far. */
  readonly onBytes?: ((received: number) => void) | undefined;
  /** Looks at the response before its body is read, and may throw. */
  readonly onResponse?: ((response: Response) => void) | undefined;
}

/** By tag: classes differ between the frames of a page. */
const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

const FILE_TAGS = ['Blob', 'File', 'ArrayBuffer', 'SharedArrayBuffer', 'Uint8Array', 'URL'];

/** Whether a value can be a file of bytes, or names one. */
export function isFile(value: unknown): value is Uint8Array | ArrayBuffer | Blob | URL | string {
  return typeof value === 'string' || FILE_TAGS.includes(tagOf(value));
}

/** Whether a value is a {@link FileSource}. */
export function isFileSource(value: unknown): value is FileSource {
  return isFile(value) || ['Response', 'ReadableStream'].includes(tagOf(value));
}

/**
 * The name of a file, for messages.
 *
 * @returns The name of a `File`, the last part of a path or URL, or undefined. It never holds the content of a `data:` URL.
 */
export function fileName(source: unknown): string | undefined {
  if (tagOf(source) === 'File') return (source as File).name;
  if (tagOf(source) === 'Response') return fileName((source as Response).url || undefined);
  if (typeof source !== 'string' && tagOf(source) !== 'URL') return undefined;
  const text = String(source);
  if (/^data:/i.test(text)) return 'data: URL';
  const path = URL_SCHEME.test(text) ? text.replace(/[?#].*$/s, '') : text;
  const last = path
    .replace(/[/\\]+$/, '')
    .split(/[/\\]/)
    .pop()!;
  return last === '' ? undefined : last.slice(-80);
}

/**
 * Reads a whole file.
 *
 * @param source The file; bytes are borrowed and returned as they are.
 * @param options Limits, signal, progress and the maker of errors.
 * @throws InputError if the source is of another kind; what `fail` makes; the signal's reason.
 */
export async function readFile(source: FileSource, options: ReadOptions): Promise<Uint8Array<ArrayBuffer>> {
  options.signal?.throwIfAborted();
  const tag = tagOf(source);
  if (tag === 'Uint8Array') return plainBytes(source as Uint8Array);
  if (tag === 'ArrayBuffer' || tag === 'SharedArrayBuffer') return plainBytes(new Uint8Array(source as ArrayBuffer));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of readChunks(source, options)) {
    chunks.push(chunk as Uint8Array<ArrayBuffer>);
    length += chunk.length;
  }
  if (chunks.length === 1) return plainBytes(chunks[0]!);
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** The bytes themselves, or a copy where the buffer is shared or may be resized, which decoders and hashes refuse. */
export function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes as { buffer: ArrayBufferLike & { resizable?: boolean } };
  return tagOf(buffer) === 'ArrayBuffer' && !buffer.resizable
    ? (bytes as Uint8Array<ArrayBuffer>)
    : Uint8Array.from(bytes);
}

/** A file that is read piece by piece; see {@link readFile}. */
export async function* readChunks(source: FileSource, options: ReadOptions): AsyncGenerator<Uint8Array, void> {
  const { fail, signal, timeoutMs = 30_000, maxBytes = Infinity, onBytes, onResponse } = options;
  const stop = new AbortController();
  const abort = () => stop.abort(signal!.reason);
  signal?.addEventListener('abort', abort);
  let received = 0;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** Waits for the answer or a piece of it. */
  const wait = async <T>(step: Promise<T>, expected: string): Promise<T> => {
    step.catch(() => undefined);
    const remedy = 'Try again, or raise the option timeoutMs.';
    const late = () => stop.abort(fail({ expected: 'data', received: `none for ${timeoutMs} ms`, remedy }));
    const timer = timeoutMs < Infinity ? setTimeout(late, timeoutMs) : undefined;
    try {
      stop.signal.throwIfAborted(); // a step that is done already would win the race
      return await unlessStopped(step, stop.signal);
    } catch (cause) {
      stop.signal.throwIfAborted();
      if (cause instanceof FerError) throw cause;
      const reason = reasonOf(cause);
      throw fail({
        expected,
        received: received ? `${received} of its bytes, then ${reason}` : reason,
        remedy: remedyFor(cause),
        cause,
      });
    } finally {
      clearTimeout(timer);
    }
  };
  try {
    const body = await wait(bodyOf(source, stop.signal, fail, onResponse), 'a file that can be read');
    if (!body) return;
    reader = body.getReader();
    for (;;) {
      const { done, value } = await wait(reader.read(), 'the whole file');
      if (done) return;
      if (tagOf(value) !== 'Uint8Array') throw fail({ expected: 'a stream of bytes', received: describe(value) });
      received += value.length;
      if (received > maxBytes) throw fail({ expected: `at most ${maxBytes} bytes`, received: 'more' });
      onBytes?.(received);
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    reader?.cancel(signal?.reason).catch(() => undefined);
    stop.abort(); // what a failure left under way
  }
}

/** Waits for a step or the signal. A race with one promise of the signal would keep every piece alive as long as that. */
async function unlessStopped<T>(step: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => (stop = () => reject(signal.reason as Error)));
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([step, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  EISDIR: 'Pass its files one by one. For a folder of images there are loadImageFolder and classifyFolder.',
  ENAMETOOLONG: 'A string is a path or URL, not the text of a file: pass a Blob or bytes for that.',
};

const remedyFor = (cause: unknown) => REMEDIES[String((cause as { code?: unknown } | null)?.code)];

async function bodyOf(
  source: FileSource,
  signal: AbortSignal,
  fail: ReadFailure,
  onResponse: ReadOptions['onResponse'],
): Promise<ReadableStream<Uint8Array> | null> {
  const tag = tagOf(source);
  if (tag === 'Blob' || tag === 'File') return streamOf(source as Blob);
  if (tag === 'ReadableStream') return unlocked(source as ReadableStream<Uint8Array>);
  const named = typeof source === 'string' || tag === 'URL';
  if (!named && tag !== 'Response') {
    throw inputError('', 'a path, a URL, a Blob or File, or bytes', describe(source));
  }
  if (typeof source === 'string' && !/^[^\0]+$/.test(source)) throw inputError('', 'a path or URL', describe(source));
  const response = named ? await open(source as string | URL, signal) : (source as Response);
  onResponse?.(response);
  if (response.status !== 200)
    throw fail({ expected: 'an answer with status 200', received: `status ${response.status}` });
  return response.body && unlocked(response.body);
}

function unlocked(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  if (!stream.locked) return stream;
  throw inputError('', 'a stream or response that nobody has read from', 'one that is locked or used up');
}
