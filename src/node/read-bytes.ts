import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputError, inputError } from '../errors';
import type { EncodedPicture } from '../image/encoded';
import { describe } from '../validate';

/** What a source is called in messages: the name of the file, or nothing for bytes. */
export function nameOf(source: EncodedPicture): string | undefined {
  if (typeof source === 'string') return source;
  if (source instanceof URL)
    return source.protocol === 'data:' ? 'data: URL' : basename(source.pathname) || source.host;
  return source instanceof Blob && 'name' in source ? String(source.name) : undefined;
}

/**
 * The bytes of an encoded picture.
 *
 * @param where The place, for messages.
 * @param source A `Blob` or `File`, bytes, a path, or a URL that is a file's or that `fetch` takes.
 * @param signal Stops it.
 * @throws InputError if it is none of these, cannot be read, or is empty; the signal's reason if it is aborted.
 */
export async function readBytes(
  where: string,
  source: EncodedPicture,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  signal?.throwIfAborted();
  try {
    const bytes = await bytesOf(where, source, signal);
    if (bytes.length > 0) return bytes;
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof InputError) throw cause;
    const { message, cause: reason, code } = cause as NodeJS.ErrnoException;
    const received = reason instanceof Error ? `${message} (${reason.message})` : message; // fetch hides why in its cause
    const remedy = code === 'EISDIR' ? 'Pass its pictures one by one, or the folder to classifyFolder.' : undefined;
    throw new InputError({ where, expected: 'a picture that can be read', received, remedy, cause });
  }
  throw inputError(where, 'an encoded picture', 'no bytes');
}

async function bytesOf(where: string, source: EncodedPicture, signal?: AbortSignal): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (source instanceof URL && source.protocol !== 'file:') return download(where, source, signal);
  if (typeof source === 'string' && /^(https?|data|blob|file):/i.test(source)) {
    const remedy = 'Pass new URL(address): a string is a path.';
    throw inputError(where, 'a path', `the address ${describe(source)}`, remedy);
  }
  if (typeof source === 'string' || source instanceof URL) {
    const kind = await stat(source); // a pipe would be waited for
    if (!kind.isFile() && !kind.isDirectory()) throw inputError(where, 'a file', 'a pipe or device');
    return readFile(source, signal ? { signal } : {});
  }
  throw inputError(where, 'a Blob, bytes, a path or a URL', describe(source));
}

async function download(where: string, url: URL, signal?: AbortSignal): Promise<Uint8Array> {
  const response = await fetch(url, signal ? { signal } : {});
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw inputError(where, 'a picture that can be fetched', `status ${response.status}`);
}
