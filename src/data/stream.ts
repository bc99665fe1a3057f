import { DatasetError } from '../errors';
import type { FaultReporter } from './fault';

/** How a stream is read. */
export interface StreamOptions {
  /** Stops the reading; a read that is pending ends at once. */
  signal: AbortSignal | undefined;
  /** Makes the error for a stream that fails. */
  fault: FaultReporter;
}

/**
 * Reads a stream chunk by chunk. The stream is cancelled if the consumer stops early.
 *
 * @param stream The stream; it is locked until it ends.
 * @param options Signal and maker of errors.
 * @returns Its chunks.
 * @throws DatasetError with the cause if the stream fails or holds other things than bytes; the signal's reason.
 */
export async function* readStream(
  stream: ReadableStream<Uint8Array>,
  { signal, fault }: StreamOptions,
): AsyncGenerator<Uint8Array, void> {
  const reader = stream.getReader();
  const cancel = (): void => void quiet(reader.cancel(signal?.reason));
  signal?.addEventListener('abort', cancel);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal?.throwIfAborted();
      if (done) return;
      if (!(value instanceof Uint8Array)) throw fault({ expected: 'a stream of bytes', received: `a ${typeof value}` });
      yield value;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof DatasetError) throw cause;
    throw fault({
      expected: 'a source that can be read to its end',
      received: `the failure "${textOf(cause)}"`,
      cause,
    });
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Unzips gzip data as it comes in. */
export type Gunzip = (chunks: AsyncIterable<Uint8Array>, fault: FaultReporter) => AsyncGenerator<Uint8Array, void>;

const SLICE = 1 << 16;

/**
 * Unzips by the platform's `DecompressionStream`. It is fed slice by slice, each when the output of the one before has
 * been taken, since the streams of Node 20 would otherwise pile up the whole file before a slow consumer.
 *
 * @param chunks The compressed bytes.
 * @param fault Makes the error for data that is truncated or damaged.
 * @returns The unzipped bytes.
 * @throws DatasetError if the data is truncated or damaged; what `chunks` throws.
 */
export const gunzipByPlatform: Gunzip = async function* (chunks, fault) {
  const { readable, writable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  const reader = readable.getReader();
  let next = quiet(reader.read());
  /** What comes until the writer wants more, or to the end. */
  async function* unzipped(fed?: Promise<undefined>): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const out = await settle(next, fed ?? next, fault);
      if (!out?.value) return;
      yield out.value;
      next = quiet(reader.read());
    }
  }
  try {
    for await (const slice of slices(chunks)) yield* unzipped(quiet(writer.write(slice).then(() => undefined)));
    quiet(writer.close());
    yield* unzipped();
  } finally {
    quiet(writer.abort());
    quiet(reader.cancel());
  }
};

async function settle<A, B>(first: Promise<A>, second: Promise<B>, fault: FaultReporter): Promise<A | B> {
  try {
    return await Promise.race([first, second]);
  } catch (cause) {
    throw damaged(cause, fault);
  }
}

/** The error for gzip data that does not unzip. */
export function damaged(cause: unknown, fault: FaultReporter): DatasetError {
  return fault({
    expected: 'whole gzip data',
    received: 'gzip data that is truncated or damaged',
    remedy: 'Download the file again.',
    cause,
  });
}

async function* slices(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += SLICE) {
      yield chunk.subarray(start, start + SLICE) as Uint8Array<ArrayBuffer>;
    }
  }
}

/** The same promise; its failure does not count as unhandled if nobody waits for it any more. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** Whether data starts as gzip does. */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
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

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
