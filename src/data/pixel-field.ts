import type { Fault } from './fault';
import { FER2013_PIXELS } from './pixel-store';

const BLANK = 32;
const COMMA = 44;
const NEWLINE = 10;
const QUOTE = 34;
const ZERO = 48;
const NOTHING = -1;

/** Reads the field of pixels: 2304 decimal numbers in 0..255 with blanks between them, with or without quotes. */
export class PixelField {
  #count = 0; // numbers that are complete
  #number = NOTHING; // the number whose digits are being read
  #quotes = 0;
  #fault: Fault | undefined; // the first one

  /** Whether nothing but blanks has come yet. */
  get isEmpty(): boolean {
    return this.#count === 0 && this.#number === NOTHING && this.#quotes === 0 && this.#fault === undefined;
  }

  /**
   * Reads until the comma or line break that ends the field, or to the end of the chunk.
   *
   * @param chunk The bytes.
   * @param start Where to begin.
   * @param pixels Where the numbers go.
   * @param offset Place of the row's first number in `pixels`, with room for 2304.
   * @returns Where the field's end stands, or the chunk's length if it goes on in the next.
   */
  read(chunk: Uint8Array, start: number, pixels: Uint8Array, offset: number): number {
    let at = start;
    while (at < chunk.length) {
      if (this.#number === NOTHING && this.#quotes < 2) at = this.#readWhole(chunk, at, pixels, offset);
      if (at === chunk.length) break;
      const byte = chunk[at]!;
      if (byte === COMMA || byte === NEWLINE) {
        this.#endNumber(pixels, offset);
        return at;
      }
      this.#readByte(byte, pixels, offset);
      at++;
    }
    return at;
  }

  /** Ends the field. Returns what is wrong with it, if anything. */
  finish(): Fault | undefined {
    if (this.#fault) return this.#fault;
    if (this.#quotes === 1) return fault('a quote that closes the field', 'none');
    if (this.#count === FER2013_PIXELS) return undefined;
    return fault(`${FER2013_PIXELS} pixels`, `${this.#count}`);
  }

  /** The fast path: numbers of one to three digits that stand in the chunk together with the blank after them. */
  #readWhole(chunk: Uint8Array, start: number, pixels: Uint8Array, offset: number): number {
    const lastAt = chunk.length - 4;
    const end = offset + FER2013_PIXELS;
    let at = start;
    let to = offset + this.#count;
    while (at <= lastAt && to < end) {
      let value = chunk[at]! - ZERO;
      if (value < 0 || value > 9) break;
      let digit = chunk[at + 1]!;
      if (digit === BLANK) {
        pixels[to++] = value;
        at += 2;
        continue;
      }
      digit -= ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      digit = chunk[at + 2]!;
      if (digit === BLANK) {
        pixels[to++] = value;
        at += 3;
        continue;
      }
      digit -= ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      if (value > 255 || chunk[at + 3]! !== BLANK) break;
      pixels[to++] = value;
      at += 4;
    }
    if (to > offset + this.#count) this.#count = to - offset;
    return at;
  }

  /** The slow path: one byte of anything. */
  #readByte(byte: number, pixels: Uint8Array, offset: number): void {
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9 && this.#quotes < 2) {
      this.#number = Math.max(this.#number, 0) * 10 + digit;
    } else if (byte === BLANK || byte === 9 || byte === 13) {
      this.#endNumber(pixels, offset);
    } else if (byte === QUOTE && (this.isEmpty || this.#quotes === 1)) {
      this.#endNumber(pixels, offset);
      this.#quotes++;
    } else {
      const character = JSON.stringify(String.fromCharCode(byte));
      this.#fault ??= fault('integers in 0..255 with blanks between them', `${character} after ${this.#count} pixels`);
    }
  }

  #endNumber(pixels: Uint8Array, offset: number): void {
    const number = this.#number;
    if (number === NOTHING) return;
    if (number > 255) this.#fault ??= fault('integers in 0..255', `${number} as pixel ${this.#count + 1}`);
    else if (this.#count < FER2013_PIXELS) pixels[offset + this.#count] = number;
    this.#count++;
    this.#number = NOTHING;
  }
}

function fault(expected: string, received: string): Fault {
  return { column: 'pixels', expected, received };
}
