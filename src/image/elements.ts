import * as tf from '@tensorflow/tfjs-core';
import { InputError, inputError } from '../errors';
import { describe } from '../validate';

/**
 * What a browser holds images in: elements, canvases, bitmaps and frames. Canvases of Node packages work too.
 *
 * @example
 * ```ts
 * const classifyElement = (element: ImageElement) => classify(element);
 * await classifyElement(document.querySelector('video')!);
 * ```
 */
export type ImageElement =
  HTMLImageElement | HTMLCanvasElement | HTMLVideoElement | OffscreenCanvas | ImageBitmap | VideoFrame;

interface Look {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly remedy: string;
}

// By the members rather than by the classes, which Node does not have and which differ between the frames of a page.
function lookAt(input: object): Look | undefined {
  const x = input as Partial<HTMLCanvasElement & HTMLVideoElement & HTMLImageElement & ImageBitmap & VideoFrame>;
  const whole = (side: unknown) => (typeof side === 'number' ? side : 0);
  const size = (width?: unknown, height?: unknown) => ({ width: whole(width), height: whole(height) });
  if (typeof x.getContext === 'function') {
    return { name: 'a canvas', ...size(x.width, x.height), remedy: 'Give the canvas a width and a height.' };
  }
  if ('videoWidth' in x) {
    const loaded = (x.readyState ?? 2) >= 2; // HAVE_CURRENT_DATA
    const remedy = "Wait for the video's loadeddata event.";
    return { name: 'a video', ...(loaded ? size(x.videoWidth, x.videoHeight) : size()), remedy };
  }
  if ('naturalWidth' in x) {
    const remedy = 'Await image.decode() first.';
    return { name: 'an image element', ...size(x.naturalWidth, x.naturalHeight), remedy };
  }
  if (typeof x.close === 'function' && 'displayWidth' in x) {
    return { name: 'a VideoFrame', ...size(x.displayWidth, x.displayHeight), remedy: CLOSED };
  }
  if (typeof x.close === 'function' && 'width' in x && 'height' in x) {
    return { name: 'an ImageBitmap', ...size(x.width, x.height), remedy: CLOSED };
  }
  return undefined;
}

const CLOSED = 'Pass it before its close() is called.';

/** Whether a value looks like one of the browser's images. */
export function isImageElement(input: object): input is ImageElement {
  return lookAt(input) !== undefined;
}

/**
 * The tensor of a browser's image as it is now, at its own resolution and not the one at which the page shows it.
 *
 * @param element A canvas, an image or video that is loaded, a bitmap or a frame; borrowed.
 * @returns [1, height, width, 4] float32 0..255, RGBA with straight alpha; the caller's.
 * @throws {@link InputError} if it has no pixels yet, or if its pixels may not be read.
 */
export function fromImageElement(element: ImageElement): tf.Tensor4D {
  const look = lookAt(element)!;
  checkSize(look);
  return tf.tidy(() => {
    const canvas = () => readable(element, look) as HTMLCanvasElement;
    const pixels = reading(look, () => tf.browser.fromPixels(canvas(), 4)); // [h, w, 4] int32
    return tf.expandDims<tf.Tensor4D>(tf.cast(pixels, 'float32'), 0);
  });
}

/**
 * The bytes of a browser's image as it is now, at its own resolution.
 *
 * @param element As for {@link fromImageElement}; borrowed.
 * @throws {@link InputError} as {@link fromImageElement}.
 */
export function readImageElement(element: ImageElement): ImageData {
  const look = lookAt(element)!;
  checkSize(look);
  const { width, height } = look;
  return reading(look, () => {
    const canvas = has2dContext(element) ? (element as HTMLCanvasElement) : drawn(element, look, true);
    return (canvas.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, width, height);
  });
}

function checkSize({ name, width, height, remedy }: Look): void {
  if (width > 0 && height > 0) return;
  const expected = `${name} with at least one pixel`;
  throw inputError('', expected, `a size of ${width} × ${height}`, remedy);
}

function reading<T>(look: Look, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new InputError({
      where: '',
      expected: `${look.name} whose pixels can be read`,
      received: cause instanceof Error ? `${cause.name} (${cause.message})` : describe(cause),
      remedy: 'Other origins need crossOrigin = "anonymous" before src.',
      cause,
    });
  }
}

// tf.browser.fromPixels takes an <img> at the size of its layout, scaled without averaging; no VideoFrame; on some backends
// no canvas without a 2D context; on WebGL a transparent bitmap with the colors that its opacity dims; and on WebGPU a video
// as external texture, at which Chromium's software renderer crashes. So these are drawn.
function readable(element: ImageElement, look: Look): ImageElement {
  const isVideo = 'videoWidth' in element;
  if (isVideo ? tf.getBackend() !== 'webgpu' : has2dContext(element)) return element;
  return drawn(element, look, !isVideo); // a video goes from graphics card to graphics card
}

/** A canvas of its own with the image, in main memory if it is to be read from there. */
function drawn(
  element: ImageElement,
  { width, height }: Look,
  willReadFrequently: boolean,
): HTMLCanvasElement | OffscreenCanvas {
  const inPage = 'ownerDocument' in element;
  const canvas = inPage ? element.ownerDocument.createElement('canvas') : new OffscreenCanvas(width, height);
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently }) as CanvasRenderingContext2D;
  context.drawImage(element, 0, 0);
  return canvas;
}

function has2dContext(element: ImageElement): boolean {
  try {
    return 'getContext' in element && element.getContext('2d') !== null;
  } catch {
    return false; // it was handed over, for instance to a worker
  }
}
