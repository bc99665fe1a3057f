import { type FileHandle, open, stat } from 'node:fs/promises';

const CHUNK_BYTES = 1 << 18;

/**
 * Opens a file of the disk.
 *
 * @returns A response with its length, whose body reads the file when it is asked for bytes.
 * @throws An error if it is a folder, a pipe or a device, or the file system's.
 */
export async function openFile(path: string): Promise<Response> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENAMETOOLONG') error.message = `a path of ${path.length} characters`; // not all of them again
    throw error;
  }); // a pipe would be waited for
  if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  if (!found.isFile()) throw new Error('a pipe or device');
  return new Response(streamOf(path), { headers: { 'content-length': `${found.size}` } });
}

/** The file's bytes, read when they are asked for and not before. The file is closed at the end, on a failure, and if reading stops early. */
function streamOf(path: string): ReadableStream<Uint8Array> {
  let opening: Promise<FileHandle> | undefined;
  const close = async () => (await opening?.catch(() => undefined))?.close(); // also one that is not open yet
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const file = await (opening ??= open(path));
          const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(CHUNK_BYTES));
          if (bytesRead > 0) return controller.enqueue(new Uint8Array(buffer.buffer, buffer.byteOffset, bytesRead));
          await close();
          controller.close();
        } catch (error) {
          await close();
          throw error;
        }
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
}
