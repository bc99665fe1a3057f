import { describe, expect, it } from 'vitest';
import { base64OfBytes, bytesOfBase64 } from '../src/base64';

describe('base64', () => {
  // RFC 4648, section 10.
  const vectors = {
    '': '',
    f: 'Zg==',
    fo: 'Zm8=',
    foo: 'Zm9v',
    foob: 'Zm9vYg==',
    fooba: 'Zm9vYmE=',
    foobar: 'Zm9vYmFy',
  };

  it.each(Object.entries(vectors))('of "%s" is "%s"', (text, base64) => {
    expect(base64OfBytes(Buffer.from(text))).toBe(base64);
    expect(Buffer.from(bytesOfBase64(base64)).toString()).toBe(text);
    expect(Buffer.from(bytesOfBase64(` ${base64.replaceAll('=', '')}\n`)).toString()).toBe(text); // as atob takes it
  });

  it('brings back all bytes at all lengths', () => {
    for (let length = 0; length < 300; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 256);
      expect(base64OfBytes(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(new Uint8Array(bytesOfBase64(base64OfBytes(bytes)))).toEqual(bytes);
    }
  });

  it.each(['A', 'AAAAA', 'A===', 'AA=A', 'AAA-', 'AAA_', 'AAAé', 'AAA\u0100', 'AA='])('refuses "%s"', (text) => {
    expect(() => bytesOfBase64(text)).toThrow(/base64/);
    expect(() => atob(text)).toThrow(); // the standard's
  });
});
