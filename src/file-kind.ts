/** What a file is by its first bytes, where readers expect something else. */
export interface FileKind {
  /** The kind with its article, for the "received" part of a message. */
  readonly name: string;
  /** A sentence that says what to do. */
  readonly remedy: string;
}

/** How many of a file's first bytes {@link kindOf} looks at. */
export const KIND_BYTES = 512;

const UNPACK = 'Unpack it first.';
const CONVERT = 'Convert it to PNG or JPEG.';
const ENCODE = 'Save it in UTF-8.';

const SIGNATURES: readonly (readonly [at: number, text: string, name: string, remedy: string])[] = [
  [0, 'version https://git-lfs', 'a Git LFS pointer, not the file', 'Run git lfs pull.'],
  [0, 'PK\x03\x04', 'a zip archive', UNPACK],
  [0, 'PK\x05\x06', 'a zip archive', UNPACK],
  [257, 'ustar', 'a tar archive', UNPACK],
  [0, '\x1f\x8b', 'gzip data', UNPACK],
  [0, '7z\xbc\xaf\x27\x1c', 'a 7z archive', UNPACK],
  [0, 'Rar!', 'a RAR archive', UNPACK],
  [0, '\xfd7zXZ', 'xz data', UNPACK],
  [0, 'BZh', 'bzip2 data', UNPACK],
  [0, '\x28\xb5\x2f\xfd', 'zstd data', UNPACK],
  [0, '\x89HDF', 'an HDF5 file', 'Pass a model to importKeras; data is CSV or folders.'],
  [4, 'ftyphe', 'a HEIC image', CONVERT],
  [4, 'ftypmif1', 'a HEIC image', CONVERT],
  [4, 'ftypmsf1', 'a HEIC image', CONVERT],
  [0, '\xff\x0a', 'a JPEG XL image', CONVERT],
  [4, 'JXL \x0d\x0a', 'a JPEG XL image', CONVERT],
  [4, 'jP  \x0d\x0a', 'a JPEG 2000 image', CONVERT],
  [0, '8BPS', 'a Photoshop file', CONVERT],
  [0, '%PDF-', 'a PDF file', CONVERT],
  [0, 'BM', 'a BMP image', CONVERT],
  [0, '\xff\xfe', 'text in UTF-16', ENCODE],
  [0, '\xfe\xff', 'text in UTF-16', ENCODE],
];

const HTML = /^\s*<(!doctype html|html|head|body)/i;

/**
 * Tells what a file is that a reader cannot use, so that its error can name it.
 *
 * @param head The first bytes, up to {@link KIND_BYTES}; fewer if the file is shorter.
 * @returns The kind, or undefined if the file is of no known kind.
 */
export function kindOf(head: Uint8Array): FileKind | undefined {
  const text = String.fromCharCode(...head.subarray(0, KIND_BYTES)); // a character for each byte
  for (const [at, signature, name, remedy] of SIGNATURES) {
    if (text.startsWith(signature, at)) return { name, remedy };
  }
  if (!HTML.test(text.replace(/^\xef\xbb\xbf/, ''))) return undefined;
  const remedy = 'Download the file itself, not the page around it.';
  return { name: 'a web page', remedy };
}
