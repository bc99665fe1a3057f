import { inputError } from '../errors';
import { describe } from '../validate';
import type { DecodedImage, DecodeOptions, Platform } from './platform';

export { gunzip } from './browser-gunzip';

/** `#platform` of browsers and workers; see {@link Platform}. */
export const open: Platform['open'] = (source, signal) => fetch(locate(source), signal ? { signal } : {});

/** See {@link Platform.streamOf}. */
export const streamOf = (blob: Blob) => blob.stream();

/** See {@link Platform.locate}. */
export const locate = (source: string | URL): URL => new URL(source, baseUrl());

/** The address that relative ones refer to: that of the page, or of the worker's script. */
function baseUrl(): string | undefined {
  const { document, location } = globalThis as { document?: { baseURI: string }; location?: { href: string } };
  return document?.baseURI ?? location?.href;
}

/** See {@link Platform.decodeImage}. */
export async function decodeImage(bytes: Uint8Array<ArrayBuffer>, options: DecodeOptions): Promise<DecodedImage> {
  const { maxPixels, signal, fail } = options;
  if (typeof createImageBitmap !== 'function' || typeof OffscreenCanvas !== 'function') {
    const remedy =
      "Pass plain pixels as { data, width, height }. In Node, set the bundler's condition for exports and imports to 'node' " +
      "(Rollup: nodeResolve({ exportConditions: ['node'] })).";
    throw inputError('', 'a decoded image, or a browser that decodes', 'an encoded one', remedy);
  }
  let bitmap: ImageBitmap;
  try {
    const settings = { imageOrientation: 'from-image', premultiplyAlpha: 'none' } as const;
    bitmap = await createImageBitmap(new Blob([bytes]), settings);
  } catch (cause) {
    const received = `${bytes.length} bytes that the browser cannot decode`;
    const remedy = 'Convert it to PNG or JPEG. Pass an SVG as a loaded image element.';
    throw fail({ expected: 'a whole image in a format that the browser knows', received, remedy, cause });
  }
  const { width, height } = bitmap;
  if (!signal?.aborted && width * height <= maxPixels) return bitmap;
  bitmap.close();
  signal?.throwIfAborted();
  const remedy = 'Shrink or crop it, or raise maxPixels.';
  throw fail({ expected: `an image of at most ${maxPixels} pixels`, received: `${width} × ${height}`, remedy });
}

/** See {@link Platform.listFolder}. */
export const listFolder: Platform['listFolder'] = async (folder) => {
  const remedy = 'Pass the files of <input type="file" webkitdirectory>, or a handle of showDirectoryPicker().';
  throw inputError(': folder', 'a folder that a browser can read', `the path ${describe(String(folder))}`, remedy);
};

/** See {@link Platform.writeFiles}. */
export const writeFiles: Platform['writeFiles'] = async (files) => {
  const remedy = "Write to 'downloads://name' or 'indexeddb://name'.";
  throw inputError(Object.keys(files)[0]!, 'a target that a browser can write to', 'a path', remedy);
};
