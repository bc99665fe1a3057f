import type { Fault } from './fault';
import { FER2013_PIXELS } from './pixel-store';

const [TAB, RETURN, BLANK, QUOTE, ZERO] = [9, 13, 32, 34, 48];
const NONE = -1;

/**
 * Parses the pixels field: 2304 decimal numbers in 0..255, separated by spaces, with optional quotes.
 *
 * @param start The start of the field in the row.
 * @param end The end of the field, exclusive.
 * @param offset The index of the first number in it.
 * @returns The error, if there is one.
 */
export function readPixels(
  line: Uint8Array,
  start: number,
  end: number,
  pixels: Uint8Array,
  offset: number,
): Fault | undefined {
  let count = 0; // numbers that are complete
  let number = NONE; // the number whose digits are being read
  let quotes = 0;
  for (let at = start; at <= end; at++) {
    // The fast path for the usual case: numbers of one to three digits, each followed by a space.
    const last = number === NONE && quotes < 2 ? end - 4 : -1;
    while (at <= last && count < FER2013_PIXELS) {
      const a = line[at]! - ZERO;
      const b = line[at + 1]! - ZERO;
      const c = line[at + 2]! - ZERO;
      if (a < 0 || a > 9) break;
      let value = a;
      let length = 1;
      if (b >= 0 && b <= 9) {
        value = value * 10 + b;
        length = 2;
        if (c >= 0 && c <= 9) {
          value = value * 10 + c;
          length = 3;
        }
      }
      if (value > 255 || line[at + length] !== BLANK) break;
      pixels[offset + count++] = value;
      at += length + 1;
    }
    const byte = at < end ? line[at]! : BLANK;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9 && quotes < 2) {
      number = number === NONE ? digit : number * 10 + digit;
      continue;
    }
    const isQuote = byte === QUOTE && (quotes === 1 || (quotes === 0 && count === 0 && number === NONE));
    if (!isQuote && byte !== BLANK && byte !== TAB && byte !== RETURN) {
      const character = JSON.stringify(String.fromCharCode(byte));
      return fault('integers in 0..255, separated by spaces', `${character} after ${count} pixels`);
    }
    if (isQuote) quotes++;
    if (number === NONE) continue;
    if (number > 255) return fault('integers in 0..255', `${number} as pixel ${count + 1}`);
    if (count < FER2013_PIXELS) pixels[offset + count] = number;
    count++;
    number = NONE;
  }
  if (quotes === 1) return fault('a closing quote', 'none');
  if (count === FER2013_PIXELS) return undefined;
  return fault(`${FER2013_PIXELS} pixels`, `${count}`);
}

function fault(expected: string, received: string): Fault {
  return { column: 'pixels', expected, received };
}
