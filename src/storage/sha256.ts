import { like, optional } from '../schema';

/** The hash on a card or beside samples, if there is one. */
export const hash = optional(like('a SHA-256 of 64 hexadecimal digits', /^[0-9a-f]{64}$/));

/**
 * SHA-256, where the platform has it: `crypto.subtle` is missing on pages that are served without TLS.
 *
 * @param bytes The bytes; borrowed, and not to be changed until the promise settles.
 * @returns 64 lower-case hexadecimal digits, or undefined.
 */
export async function sha256(bytes: ArrayBuffer): Promise<string | undefined> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return undefined;
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
