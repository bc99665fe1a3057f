import type { LabeledImages } from './batches';
import { addTo } from './group';

/** The pixels of one image. */
export type Pixels = Uint8Array | Float32Array;

/** An index that assigns the same number to equal images. A hash finds candidates, then all pixels are compared. */
export class ImageIndex {
  readonly #images: Pixels[] = [];
  readonly #byHash = new Map<number, number[]>();

  /**
   * Adds an image and returns its number. The pixels are borrowed for the lifetime of the index.
   */
  add(image: Pixels): number {
    const key = hash(image);
    const known = this.#findIn(key, image);
    if (known !== undefined) return known;
    const number = this.#images.push(image) - 1;
    addTo(this.#byHash, key, number);
    return number;
  }

  /** Returns the number of an image; undefined if no equal image was added. */
  find(image: Pixels): number | undefined {
    return this.#findIn(hash(image), image);
  }

  #findIn(key: number, image: Pixels): number | undefined {
    return this.#byHash.get(key)?.find((number) => areEqual(this.#images[number]!, image));
  }
}

/** Returns a view of the pixels of one image. */
export function pixelsOf(data: LabeledImages, index: number): Pixels {
  const length = data.height * data.width * data.channels;
  return data.images.subarray(index * length, (index + 1) * length);
}

/** The 32-bit FNV-1a hash (Fowler, Noll and Vo) of pixels or other bytes. */
export function hash(image: Pixels): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < image.length; i++) h = Math.imul(h ^ image[i]!, 0x01000193);
  return h;
}

function areEqual(a: Pixels, b: Pixels): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
