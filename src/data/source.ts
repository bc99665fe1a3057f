import { gunzip } from '#platform';
import { kindOf, KIND_BYTES } from '../file-kind';
import { pause } from '../pause';
import { type FileSource, plainBytes, readChunks } from '../platform/read';
import { csvInArchive } from './archive';
import type { FaultReporter } from './fault';

/** An open CSV file. */
export interface OpenSource {
  /** The (compressed) size of the source in bytes; undefined if unknown. */
  readonly totalBytes: number | undefined;
  /** The (compressed) bytes of the source read so far. */
  readonly bytesRead: number;
  /** Whether the source is compressed or an archive. */
  readonly isPacked: boolean;
  /** The unzipped bytes of the CSV file. */
  readonly chunks: AsyncGenerator<Uint8Array, void>;
}

/** Options of {@link openSource}. */
export interface OpenOptions {
  /** Aborts reading. */
  signal: AbortSignal | undefined;
  /** Creates the error for a source that cannot be read completely. */
  fault: FaultReporter;
}

const SLICE = 8 << 20; // about 20 ms of parsing before yielding to the event loop

/**
 * Opens a CSV file: plain, gzipped, or in a tar or zip archive. The format is detected by the first bytes.
 *
 * @param options The name for messages, the signal and the function that creates errors.
 * @returns The size of the source, the number of bytes read, and the unzipped chunks.
 * @throws InputError if the source is not valid; DatasetError if it cannot be read or is not a CSV file; the signal's reason.
 */
export async function openSource(source: FileSource, options: OpenOptions): Promise<OpenSource> {
  const { signal, fault } = options;
  signal?.throwIfAborted();
  const progress = { bytesRead: 0, totalBytes: sizeOf(source) };
  const raw = counted(openRaw(source, options, progress), progress);
  const [start, packed] = await takeHead(raw, KIND_BYTES);
  const isGzip = kindOf(start)?.name === 'gzip data';
  const [head, chunks] = isGzip ? await takeHead(gunzip(packed, damaged), KIND_BYTES) : [start, packed];
  const kind = kindOf(head);
  const archive = kind && / (tar|zip) archive$/.exec(kind.name)?.[1];
  if (archive) {
    return Object.assign(progress, {
      isPacked: true,
      chunks: csvInArchive(archive as 'tar' | 'zip', chunks, fault),
    });
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
  { signal, fault }: OpenOptions,
  progress: { totalBytes: number | undefined },
): AsyncGenerator<Uint8Array, void> {
  if (ArrayBuffer.isView(source) || /^\[object (Shared)?ArrayBuffer\]$/.test(Object.prototype.toString.call(source))) {
    yield source instanceof Uint8Array ? source : new Uint8Array(source as ArrayBuffer);
    return;
  }
  yield* readChunks(source, {
    signal,
    fail: fault,
    onResponse({ headers }) {
      // With a content encoding, content-length is the length of the encoded bytes.
      const length = headers.has('content-encoding') ? NaN : Number(headers.get('content-length') ?? NaN);
      if (length > 0) progress.totalBytes = length;
    },
  });
}

/** Counts the bytes and splits long chunks; yields to the event loop after each slice. */
async function* counted(
  chunks: AsyncGenerator<Uint8Array, void>,
  progress: { bytesRead: number },
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += SLICE) {
      if (start > 0) await pause();
      const slice = chunk.subarray(start, start + SLICE);
      progress.bytesRead += slice.length;
      yield plainBytes(slice);
    }
  }
}

/** Waits for the first `length` bytes. Returns them (fewer at the end) and all chunks, including these bytes. */
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
      await chunks.return(); // if the consumer stops early
    }
  }
  return [Uint8Array.from(head), all()];
}
