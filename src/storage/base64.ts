/**
 * Bytes as base64.
 *
 * @param bytes The bytes; borrowed.
 * @returns The text, padded.
 */
export function base64OfBytes(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * Base64 as bytes.
 *
 * @param base64 The text.
 * @returns The bytes in a buffer of their own.
 */
export function bytesOfBase64(base64: string): ArrayBuffer {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes.buffer;
}
