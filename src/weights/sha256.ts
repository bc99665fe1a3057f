/**
 * SHA-256, by the platform where it can: `crypto.subtle` is missing on pages served without TLS, where weights are to load too.
 *
 * @param bytes The bytes; borrowed, and not to be changed until the promise settles.
 * @returns 64 lower-case hexadecimal digits.
 * @example
 * ```ts
 * await sha256(new TextEncoder().encode('abc')); // 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
 * ```
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
  if (!subtle) return (await import('./sha256-plain')).sha256InJavaScript(bytes);
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
