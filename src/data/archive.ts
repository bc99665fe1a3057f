import { FerError, missingPackage, reasonOf } from '../errors';
import type { FaultReporter } from './fault';

/** A part of a file in an archive. */
interface Piece {
  /** The path of the file in the archive. */
  readonly name: string;
  /** Some of its bytes. */
  readonly bytes: Uint8Array;
}

/**
 * Reads the only CSV file in an archive, and skips other files.
 *
 * @param kind The kind of archive; zip needs the package fflate.
 * @param toError Creates the error for an archive that is damaged, or has no or several CSV files.
 * @returns The bytes of the CSV file.
 */
export async function* csvInArchive(
  kind: 'tar' | 'zip',
  chunks: AsyncIterable<Uint8Array>,
  toError: FaultReporter,
): AsyncGenerator<Uint8Array, void> {
  const damaged = (cause?: unknown) =>
    toError({
      expected: `a whole ${kind} archive`,
      received: cause === undefined ? 'one that is truncated' : reasonOf(cause),
      remedy: 'Download it again, or unpack it and pass the CSV file.',
      cause,
    });
  const pieces = kind === 'tar' ? untar(chunks, damaged) : unzip(chunks, damaged);
  let found: string | undefined;
  for await (const { name, bytes } of pieces) {
    if (!/(^|\/)(?!\._)[^/]*\.csv$/i.test(name)) continue; // nor the files that macOS adds
    found ??= name;
    if (name !== found) {
      throw toError({
        expected: `a ${kind} archive with one CSV file`,
        received: `one with ${JSON.stringify(found)} and ${JSON.stringify(name)}`,
        remedy: 'Unpack it and pass one of them.',
      });
    }
    yield bytes;
  }
  if (found !== undefined) return;
  throw toError({ expected: `a CSV file in the ${kind} archive`, received: 'none' });
}

const BLOCK = 512;

/** The files of a tar archive: each has a header of 512 bytes with its name and size, then its bytes in whole blocks. */
async function* untar(
  chunks: AsyncIterable<Uint8Array>,
  damaged: (cause?: unknown) => Error,
): AsyncGenerator<Piece, void> {
  const header = new Uint8Array(BLOCK);
  let filled = 0; // bytes of the header that were read
  let name = '';
  let left = 0; // remaining bytes of the file
  let padding = 0; // bytes after it
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      if (left > 0) {
        const bytes = chunk.subarray(at, at + left);
        left -= bytes.length;
        at += bytes.length;
        yield { name, bytes };
      } else if (padding > 0) {
        const passed = Math.min(padding, chunk.length - at);
        padding -= passed;
        at += passed;
      } else {
        const bytes = chunk.subarray(at, at + BLOCK - filled);
        header.set(bytes, filled);
        filled += bytes.length;
        at += bytes.length;
        if (filled < BLOCK) continue;
        filled = 0;
        if (header.every((byte) => byte === 0)) continue; // the end
        name = textAt(header, 0, 100);
        left = Number.parseInt(textAt(header, 124, 12).trim(), 8);
        if (!Number.isSafeInteger(left)) throw damaged(new Error(`no size of ${JSON.stringify(name)}`));
        padding = (BLOCK - (left % BLOCK)) % BLOCK;
        const type = textAt(header, 156, 1);
        if (type !== '0' && type !== '') name = ''; // a folder, a link or metadata
      }
    }
  }
  if (left > 0 || filled > 0) throw damaged();
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** Files of a zip archive. */
async function* unzip(
  chunks: AsyncIterable<Uint8Array>,
  damaged: (cause?: unknown) => Error,
): AsyncGenerator<Piece, void> {
  const { Unzip, UnzipInflate } = await import('fflate').catch((cause: unknown) => {
    throw missingPackage('', 'fflate', cause);
  });
  let pieces: Piece[] = [];
  let open = 0; // files that are not complete
  const archive = new Unzip((file) => {
    open++;
    file.ondata = (error, bytes, isLast) => {
      if (error) throw error;
      pieces.push({ name: file.name, bytes });
      if (isLast) open--;
    };
    file.start();
  });
  archive.register(UnzipInflate);
  const push = (chunk: Uint8Array, isLast: boolean): Piece[] => {
    try {
      archive.push(chunk, isLast);
    } catch (cause) {
      throw cause instanceof FerError ? cause : damaged(cause);
    }
    const taken = pieces;
    pieces = [];
    return taken;
  };
  for await (const chunk of chunks) yield* push(chunk, false);
  if (open > 0) throw damaged();
  yield* push(new Uint8Array(0), true);
}
