/** What a file is by its first bytes, where readers expect something else. */
export interface FileKind {
  /** A short name. */
  readonly kind:
    | 'git-lfs'
    | 'html'
    | 'zip'
    | 'tar'
    | 'gzip'
    | '7z'
    | 'rar'
    | 'xz'
    | 'bzip2'
    | 'zstd'
    | 'hdf5'
    | 'heic'
    | 'bmp'
    | 'jxl'
    | 'jp2'
    | 'psd'
    | 'pdf';
  /** The kind with its article, for the "received" part of a message. */
  readonly name: string;
  /** A sentence that says what to do. */
  readonly remedy: string;
}

/** How many of a file's first bytes {@link kindOf} looks at. */
export const KIND_BYTES = 512;

const UNPACK = 'Unpack it first.';
const CONVERT = 'Convert it to PNG or JPEG.';

const SIGNATURES: readonly (readonly [at: number, text: string, FileKind['kind'], name: string, remedy: string])[] = [
  [0, 'version https://git-lfs', 'git-lfs', 'a Git LFS pointer, not the file', 'Fetch the file with git lfs pull.'],
  [0, 'PK\x03\x04', 'zip', 'a zip archive', UNPACK],
  [0, 'PK\x05\x06', 'zip', 'an empty zip archive', UNPACK],
  [257, 'ustar', 'tar', 'a tar archive', UNPACK],
  [0, '\x1f\x8b', 'gzip', 'gzip data', UNPACK],
  [0, '7z\xbc\xaf\x27\x1c', '7z', 'a 7z archive', UNPACK],
  [0, 'Rar!', 'rar', 'a RAR archive', UNPACK],
  [0, '\xfd7zXZ', 'xz', 'xz data, perhaps an archive', UNPACK],
  [0, 'BZh', 'bzip2', 'bzip2 data, perhaps an archive', UNPACK],
  [0, '\x28\xb5\x2f\xfd', 'zstd', 'zstd data, perhaps an archive', UNPACK],
  [0, '\x89HDF', 'hdf5', 'an HDF5 file', 'Pass a model to importKeras; data sets are read as CSV or folders.'],
  [4, 'ftyphei', 'heic', 'a HEIC image', CONVERT],
  [4, 'ftyphev', 'heic', 'a HEIC image', CONVERT],
  [4, 'ftypmif1', 'heic', 'a HEIC image', CONVERT],
  [4, 'ftypmsf1', 'heic', 'a HEIC image', CONVERT],
  [0, '\xff\x0a', 'jxl', 'a JPEG XL image', CONVERT],
  [4, 'JXL \x0d\x0a', 'jxl', 'a JPEG XL image', CONVERT],
  [4, 'jP  \x0d\x0a', 'jp2', 'a JPEG 2000 image', CONVERT],
  [0, '8BPS', 'psd', 'a Photoshop file', CONVERT],
  [0, '%PDF-', 'pdf', 'a PDF file', CONVERT],
  [0, 'BM', 'bmp', 'a BMP image', CONVERT],
];

const HTML = /^\s*<(!doctype html|html|head|body)/i;

/**
 * Tells what a file is that a reader cannot use, so that its error can name it.
 *
 * @param head The first bytes, up to {@link KIND_BYTES}; fewer if the file is shorter.
 * @returns The kind, or undefined if the file is of no known kind.
 * @example
 * ```ts
 * const kind = kindOf(bytes);
 * if (kind?.kind === 'git-lfs') throw inputError(where, 'a model', kind.name, kind.remedy);
 * ```
 */
export function kindOf(head: Uint8Array): FileKind | undefined {
  const text = String.fromCharCode(...head.subarray(0, KIND_BYTES)); // a character for each byte
  for (const [at, signature, kind, name, remedy] of SIGNATURES) {
    if (text.startsWith(signature, at)) return { kind, name, remedy };
  }
  if (!HTML.test(text.replace(/^\xef\xbb\xbf/, ''))) return undefined;
  const remedy = 'It may be the page around the file, or a login: download the file itself.';
  return { kind: 'html', name: 'a web page', remedy };
}
