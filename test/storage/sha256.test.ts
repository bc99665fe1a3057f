import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../src/storage/sha256';

afterEach(() => vi.unstubAllGlobals());

describe('sha256', () => {
  it('gives the digests of the standard', async () => {
    // FIPS 180-4 examples; the empty message by sha256sum
    const digest = (text: string) => sha256(new TextEncoder().encode(text).buffer);
    expect(await digest('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(await digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('agrees with OpenSSL on a megabyte', async () => {
    const bytes = Uint8Array.from({ length: 1_000_003 }, (_, i) => (i * 167 + (i >> 8)) & 255);
    expect(await sha256(bytes.buffer)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.each([[undefined], [{}]])('gives nothing where the platform has none: crypto = %j', async (crypto) => {
    vi.stubGlobal('crypto', crypto);
    expect(await sha256(new ArrayBuffer(8))).toBeUndefined();
  });
});
