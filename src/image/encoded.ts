import { InputError, inputError } from '../errors';
import { describe } from '../validate';
import type { ImageElement } from './elements';
import type { PixelData } from './pixels';

/**
 * An encoded picture (PNG, JPEG, WebP, GIF, …): a `Blob` or `File`, its bytes, or where it lies. In a page a string is an
 * address; with `fer-cnn/node` it is a path, and addresses are given as `URL`.
 *
 * @example
 * ```ts
 * const encoded: EncodedPicture = new URL('https://example.org/face.jpg');
 * await classify(encoded);
 * ```
 */
export type EncodedPicture = Blob | Uint8Array | ArrayBuffer | URL | string;

/** Decodes an encoded picture, turned upright by its EXIF orientation. */
export type PictureDecoder = (source: EncodedPicture, where: string) => Promise<PixelData | ImageElement>;

let registered: PictureDecoder | undefined;

/** Sets the decoder to use instead of the browser's. `fer-cnn/node` does so when it is imported. */
export function registerDecoder(decoder: PictureDecoder): void {
  registered = decoder;
}

/** Whether a value can be an encoded picture. By tag: classes differ between the frames of a page. */
export function isEncoded(input: unknown): input is EncodedPicture {
  return typeof input === 'string' || ENCODED.test(tagOf(input));
}

const tagOf = (value: unknown): string => Object.prototype.toString.call(value);
const ENCODED = /^\[object (Blob|File|ArrayBuffer|Uint8Array|URL)\]$/;

/**
 * The decoded picture of an encoded one.
 *
 * @param where The function that was called, for messages.
 * @throws {@link InputError} if there is no decoder, or it is no picture.
 */
export function decodePicture(source: EncodedPicture, where: string): Promise<PixelData | ImageElement> {
  if (registered) return registered(source, where);
  if (typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function') {
    return decodeInBrowser(source, where);
  }
  throw inputError(
    where,
    'a decoded picture, or a decoder for this one',
    describe(source),
    "Import 'fer-cnn/node', which brings one (with the package sharp).",
  );
}

async function decodeInBrowser(source: EncodedPicture, where: string): Promise<ImageBitmap> {
  const blob = await toBlob(source, where);
  try {
    return await createImageBitmap(blob, { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
  } catch (cause) {
    const received = blob.size === 0 ? 'no bytes' : `${blob.size} bytes that the browser cannot decode`;
    const expected = 'a whole picture in a format that the browser knows';
    throw new InputError({ where, expected, received, remedy: REMEDY, cause });
  }
}

const REMEDY = 'Give plain pixels as { data, width, height }, and an SVG as a loaded image element.';

async function toBlob(source: EncodedPicture, where: string): Promise<Blob> {
  if (typeof source !== 'string' && tagOf(source) !== '[object URL]') {
    return source instanceof Blob ? source : new Blob([source as Uint8Array<ArrayBuffer>]);
  }
  const expected = 'a picture that can be fetched';
  let response: Response;
  try {
    response = await fetch(source as URL | string);
  } catch (cause) {
    const remedy = 'Look whether the address is right and its server allows other origins (CORS).';
    throw new InputError({ where, expected, received: `no answer from ${describe(String(source))}`, remedy, cause });
  }
  if (response.ok) return response.blob();
  throw inputError(where, expected, `status ${response.status} from ${describe(response.url)}`);
}
