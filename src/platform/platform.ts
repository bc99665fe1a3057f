import type { FerErrorParts } from '../errors';

/** A string that is a URL whatever the platform. */
export const URL_SCHEME = /^(?:https?|data|blob|file):/i;

/** Makes the error for a file that cannot be read. */
export type ReadFailure = (parts: Omit<FerErrorParts, 'where'>) => Error;

/**
 * What differs between Node and a browser. `#platform` is `node.ts` or `browser.ts`, chosen by the `imports` field of package.json; both
 * export these functions.
 */
export interface Platform {
  /**
   * Where a file is: the URL that a string is or, in a browser, refers to from the page; in Node any other string is a path and stays one.
   *
   * @param source The URL or string.
   * @returns The URL or path.
   * @throws TypeError if it is not a URL.
   */
  locate(source: string | URL): string | URL;

  /**
   * Opens a file: a URL of `http:`, `https:`, `data:`, `blob:` or `file:`; any other string is a path in Node and an address relative to
   * the page in a browser.
   *
   * @param source The URL or string.
   * @param signal Stops the opening and the reading.
   * @returns A response whose body is the file.
   * @throws The platform's own error.
   */
  open(source: string | URL, signal?: AbortSignal): Promise<Response>;

  /**
   * Lists all that is in a folder and in the folders below it. Links to folders are listed but not followed, so that nothing is there
   * twice and no circle is walked.
   *
   * @param folder A path or `file:` URL.
   * @returns The entries, in any order.
   * @throws The platform's own error, or InputError where there are no folders.
   */
  listFolder(folder: string | URL): Promise<FolderEntry[]>;

  /**
   * Unzips gzip data of one member or several as it comes in. It reads no further than its consumer does, apart from one chunk.
   *
   * @param chunks The compressed bytes, in buffers that are neither shared nor resizable.
   * @param damaged Makes the error for data that is truncated or damaged.
   * @returns The unzipped bytes.
   * @throws What `damaged` makes and what `chunks` throws.
   */
  gunzip(chunks: AsyncIterable<Uint8Array>, damaged: (cause: unknown) => Error): AsyncGenerator<Uint8Array, void>;

  /**
   * Decodes an encoded image, turned upright by its EXIF orientation.
   *
   * @param bytes The file.
   * @param options The largest size, a signal, and what makes the errors.
   * @returns Plain pixels, or a bitmap that the caller closes.
   */
  decodeImage(bytes: Uint8Array<ArrayBuffer>, options: DecodeOptions): Promise<DecodedImage>;

  /** The bytes of a file in memory, piece by piece. */
  streamOf(blob: Blob): ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array> | null>;

  /**
   * Writes files, each whole or not at all; folders are made if needed.
   *
   * @param files Path or `file:` URL and new content of each, in the order in which they take the place of old ones.
   * @throws FerError that names the file and says which files are new.
   */
  writeFiles(files: Readonly<Record<string, Uint8Array | string>>): Promise<void>;
}

/** Something in a folder. */
export interface FolderEntry {
  /** Its path below the folder, with slashes. */
  readonly path: string;
  /** What it is. A link to a folder is a `'link'`, a link to a file is that file. */
  readonly kind: 'file' | 'folder' | 'link';
  /** What `open` takes, or the file itself. */
  readonly source: string | Blob;
}

/** How an image is decoded. */
export interface DecodeOptions {
  /** Largest number of pixels. */
  readonly maxPixels: number;
  /** Stops the decoding. */
  readonly signal?: AbortSignal | undefined;
  /** Makes the error for an image that cannot be decoded. */
  readonly fail: ReadFailure;
}

/** A decoded image: plain pixels [height, width, channels], or a bitmap of the browser. */
export type DecodedImage =
  | ImageBitmap
  | {
      readonly data: Uint8Array;
      readonly width: number;
      readonly height: number;
      readonly channels: 1 | 3 | 4;
    };
