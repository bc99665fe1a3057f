const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const NONE = 255;
const TABLE = new Uint8Array(128).fill(NONE); // value by code of the letter
for (let value = 0; value < 64; value++) TABLE[LETTERS.charCodeAt(value)] = value;

/**
 * Bytes as base64. `btoa` and `atob` are not everywhere.
 *
 * @param bytes The bytes; borrowed.
 */
export function base64OfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const count = Math.min(3, bytes.length - at);
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let i = 0; i < 4; i++) text += i <= count ? LETTERS[(group >> (18 - 6 * i)) & 63]! : '=';
  }
  return text;
}

/**
 * Base64 as bytes.
 *
 * @param base64 The string, with or without padding; white space is ignored.
 * @returns The bytes in a buffer of their own.
 * @throws An Error if it is not base64.
 */
export function bytesOfBase64(base64: string): ArrayBuffer {
  const text = /\s/.test(base64) ? base64.replace(/\s/g, '') : base64;
  const length = /={0,2}$/.exec(text)!.index;
  const isPadded = length === text.length || text.length % 4 === 0;
  if (!isPadded || length % 4 === 1) throw new Error('base64 of a wrong length');
  const bytes = new Uint8Array(Math.floor((length * 3) / 4));
  let group = 0;
  for (let i = 0, at = 0; i < length; i++) {
    const value = TABLE[text.charCodeAt(i)] ?? NONE;
    if (value === NONE) throw new Error('letters that are not of base64');
    group = (group << 6) | value; // of which the last 24 bits count
    if (i % 4 > 0) bytes[at++] = group >> (6 - 2 * (i % 4));
  }
  return bytes.buffer;
}
