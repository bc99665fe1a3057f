/** Rows of FER2013 in all: 28,709 Training, 3,589 PublicTest and 3,589 PrivateTest. */
export const FER2013_ROWS = 35_887;

/** Pixels of a FER2013 image. */
export const FER2013_PIXELS = 48 * 48;

const SHORTEST_ROW = 2 * FER2013_PIXELS; // one digit and a blank for each pixel

/**
 * One growing array for the pixels of all rows. It starts with room for the whole of FER2013 (or for what a file of the
 * given size can hold), so that nothing is copied in the usual case; systems give memory to such an array only where it
 * is written.
 */
export class PixelStore {
  /** The array, [capacity, 48, 48]. It is another one after {@link PixelStore.reserve} had to grow. */
  pixels: Uint8Array;

  /** @param fileBytes Size of the unzipped file, if known. */
  constructor(fileBytes: number | undefined) {
    const rows = Math.min(FER2013_ROWS, Math.ceil((fileBytes ?? Infinity) / SHORTEST_ROW));
    this.pixels = new Uint8Array((rows + 1) * FER2013_PIXELS); // one more for a row that is not kept;
  }

  /** Makes room for `rows` rows. */
  reserve(rows: number): void {
    if (rows * FER2013_PIXELS <= this.pixels.length) return;
    const grown = new Uint8Array(Math.max(rows * FER2013_PIXELS, 2 * this.pixels.length));
    grown.set(this.pixels);
    this.pixels = grown;
  }

  /** The first `rows` rows: a view where most of the array is used (the rest was never written), else a copy. */
  take(rows: number): Uint8Array {
    const length = rows * FER2013_PIXELS;
    return length > this.pixels.length / 2 ? this.pixels.subarray(0, length) : this.pixels.slice(0, length);
  }
}
