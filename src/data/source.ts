import { gunzip } from '#platform';
import { kindOf, KIND_BYTES } from '../file-kind';
import { type FileSource, plainBytes, readChunks } from '../platform/read';
import { csvInArchive } from './archive';
import type { FaultReporter } from './fault';

/** A CSV file that is being read. */
export interface OpenSource {
  /** Size of the source in bytes, compressed if it is; undefined if it is not known. */
  readonly totalBytes: number | undefined;
  /** Bytes of the source read so far, compressed if it is. */
  readonly bytesRead: number;
  /** Whether the source is compressed or an archive. */
  readonly isPacked: boolean;
  /** The bytes of the CSV file, unzipped. */
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

/** What {@link openSource} needs beside the source. */
export interface OpenOptions {
  /** Name of the function that the user called, for messages. */
  where: string;
  /** Stops the reading. */
  signal: AbortSignal | undefined;
  /** Makes the error for a source that cannot be read to its end. */
  fault: FaultReporter;
}

const SLICE = 8 << 20; // about 20 ms of parsing between two turns of the event loop

/**
 * Opens a CSV file: plain, gzipped, or in a tar or zip archive, which is recognised by its first bytes.
 *
 * @param source Where the bytes come from.
 * @param options Name for messages, signal and maker of errors.
 * @returns The source's size, a count of the bytes read, and the unzipped chunks.
 * @throws InputError if it is none of the kinds of source; DatasetError if it cannot be read or is no CSV file by its first bytes; the
 *   signal's reason.
 */
export async function openSource(source: FileSource, options: OpenOptions): Promise<OpenSource> {
  const { where, signal, fault } = options;
  signal?.throwIfAborted();
  const progress = { bytesRead: 0, totalBytes: sizeOf(source) };
  const raw = counted(openRaw(source, options, progress), progress);
  const [start, packed] = await takeHead(raw, KIND_BYTES);
  const isGzip = kindOf(start)?.kind === 'gzip';
  const [head, chunks] = isGzip ? await takeHead(gunzip(packed, damaged), KIND_BYTES) : [start, packed];
  const kind = kindOf(head);
  if (kind?.kind === 'tar' || kind?.kind === 'zip') {
    return Object.assign(progress, { isPacked: true, chunks: csvInArchive(where, kind.kind, chunks, fault) });
  }
  if (kind) {
    await chunks.return();
    throw fault({ expected: 'a CSV file', received: kind.name, remedy: kind.remedy });
  }
  return Object.assign(progress, { isPacked: isGzip, chunks });

  function damaged(cause: unknown): Error {
    return fault({
      expected: 'whole gzip data',
      received: 'gzip data that is truncated or damaged',
      remedy: 'Download the file again.',
      cause,
    });
  }
}

function sizeOf(source: FileSource): number | undefined {
  if (source instanceof Blob) return source.size;
  return ArrayBuffer.isView(source) || source instanceof ArrayBuffer ? source.byteLength : undefined;
}

async function* openRaw(
  source: FileSource,
  { where, signal, fault }: OpenOptions,
  progress: { totalBytes: number | undefined },
): AsyncGenerator<Uint8Array, void> {
  if (ArrayBuffer.isView(source) || /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(source))) {
    yield source instanceof Uint8Array ? source : new Uint8Array(source as ArrayBuffer);
    return;
  }
  yield* readChunks(where, source, {
    signal,
    fail: fault,
    onResponse({ headers }) {
      // With a content encoding the length is that of the encoded bytes, which are not the ones that arrive.
      const length = headers.has('content-encoding') ? NaN : Number(headers.get('content-length') ?? NaN);
      if (length > 0) progress.totalBytes = length;
    },
  });
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
      yield plainBytes(slice);
    }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Waits for the first `length` bytes. Returns them (fewer if there are no more) and all chunks, those read included.
 */
export async function takeHead(
  chunks: AsyncGenerator<Uint8Array, void>,
  length: number,
): Promise<[head: Uint8Array, all: AsyncGenerator<Uint8Array, void>]> {
  const head: number[] = [];
  const read: Uint8Array[] = [];
  while (head.length < length) {
    const { done, value } = await chunks.next();
    if (done) break;
    read.push(value);
    head.push(...value.subarray(0, length - head.length));
  }
  async function* all(): AsyncGenerator<Uint8Array, void> {
    try {
      yield* read.splice(0);
      yield* chunks;
    } finally {
      await chunks.return(); // if the consumer stops before the first line above ends
    }
  }
  return [Uint8Array.from(head), all()];
}
