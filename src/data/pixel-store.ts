/** The number of rows of FER2013: 28,709 Training, 3,589 PublicTest and 3,589 PrivateTest. */
export const FER2013_ROWS = 35_887;

/** The number of pixels of a FER2013 image. */
export const FER2013_PIXELS = 48 * 48;

const SHORTEST_ROW = 2 * FER2013_PIXELS; // one digit and a space per pixel

/**
 * A growing array for the pixels of all rows. It starts with the capacity for FER2013, or for a file of the given size, to avoid copies.
 * Operating systems allocate memory only for the written part.
 */
export class PixelStore {
  /** The array, [capacity, 48, 48]. {@link PixelStore.reserve} may replace it. */
  pixels: Uint8Array;

  /** @param fileBytes The size of the unzipped file, if known. */
  constructor(fileBytes: number | undefined) {
    const rows = Math.min(FER2013_ROWS, Math.ceil((fileBytes ?? Infinity) / SHORTEST_ROW));
    this.pixels = new Uint8Array((rows + 1) * FER2013_PIXELS); // one more for a row that is not kept;
  }

  /** Ensures the capacity for `rows` rows. */
  reserve(rows: number): void {
    if (rows * FER2013_PIXELS <= this.pixels.length) return;
    const grown = new Uint8Array(Math.max(rows * FER2013_PIXELS, 2 * this.pixels.length));
    grown.set(this.pixels);
    this.pixels = grown;
  }

  /** Returns the first `rows` rows: a view if most of the array is used, otherwise a copy. */
  take(rows: number): Uint8Array {
    const length = rows * FER2013_PIXELS;
    return length > this.pixels.length / 2 ? this.pixels.subarray(0, length) : this.pixels.slice(0, length);
  }
}
