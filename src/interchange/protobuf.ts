/**
 * A writer for the encoding of protocol buffers (https://protobuf.dev/programming-guides/encoding), as far as ONNX needs it: unsigned whole
 * numbers, float32, and fields with a length. A package for it would be larger than all that uses it here, since nothing is read.
 */

/** Encoded bytes in pieces, so that weights are not copied at every level of nesting. */
export type Parts = readonly Uint8Array[];

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const utf8 = new TextEncoder();

/** A whole number from 0 to 2^53 - 1 in base 128, low digits first. */
function varint(value: number): Uint8Array {
  const digits: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) digits.push((rest % 128) + 128);
  return Uint8Array.from([...digits, rest]);
}

const tag = (number: number, wireType: number) => varint(number * 8 + wireType);

/**
 * A field that holds a whole number.
 * @param value 0 to 2^53 - 1.
 */
export function integerField(number: number, value: number): Parts {
  return [tag(number, VARINT), varint(value)];
}

/**
 * A field that holds a float32.
 * @param value The number; rounded to float32.
 */
export function floatField(number: number, value: number): Parts {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [tag(number, FIXED32), bytes];
}

/**
 * A field that holds bytes, or a message that consists of other fields.
 * @param content The bytes, or the fields of the message in order.
 */
export function field(number: number, ...content: readonly Parts[]): Parts {
  const parts = content.flat();
  return [tag(number, LENGTH_DELIMITED), varint(lengthOf(parts)), ...parts];
}

/**
 * A field that holds text.
 * @param text Stored as UTF-8.
 */
export function textField(number: number, text: string): Parts {
  return field(number, [utf8.encode(text)]);
}

/** The message itself. */
export function join(parts: Parts): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthOf(parts));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function lengthOf(parts: Parts): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
