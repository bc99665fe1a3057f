import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/weights/sha256';
import { sha256InJavaScript } from '../../src/weights/sha256-plain';

describe.each([
  ['sha256', sha256],
  ['sha256InJavaScript', sha256InJavaScript],
] as const)('%s', (_name, sha256) => {
  it('gives the digests of the standard', async () => {
    // FIPS 180-4 examples; the empty message by sha256sum
    const digest = (text: string) => sha256(new TextEncoder().encode(text));
    expect(await digest('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(await digest('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it.each([55, 56, 63, 64, 65, 119, 120, 1_000_003])(
    'agrees with OpenSSL on %i bytes, at an offset too',
    async (length) => {
      const bytes = Uint8Array.from({ length: length + 3 }, (_, i) => (i * 167 + (i >> 8)) & 255).subarray(3);
      expect(await sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    },
  );
});
