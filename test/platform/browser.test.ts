import { afterEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../../src/errors';
import { decodeImage, locate, open, writeFiles } from '../../src/platform/browser';
import type { DecodeOptions } from '../../src/platform/platform';

// What a real browser decodes is tested in test/image/carriers.browser.test.ts, what it stores in test/storage/places.browser.test.ts.

afterEach(() => vi.unstubAllGlobals());

const fail: DecodeOptions['fail'] = (parts) => new InputError({ where: 'classify: face.png', ...parts });
const options: DecodeOptions = { maxPixels: 100, fail };

/** Stubs for what a page decodes with. */
function page(createImageBitmap: () => Promise<unknown>): void {
  vi.stubGlobal('createImageBitmap', createImageBitmap);
  vi.stubGlobal('OffscreenCanvas', () => undefined);
}

const bitmap = (width: number, height: number) => ({ width, height, close: vi.fn() });

describe('the place of a file in a browser', () => {
  it('is relative to the base of the page, or to the script of a worker', () => {
    vi.stubGlobal('location', { href: 'https://example.org/worker/script.js' });
    expect(locate('a/face.png').href).toBe('https://example.org/worker/a/face.png');
    vi.stubGlobal('document', { baseURI: 'https://example.org/app/' });
    expect(locate('face.png?v=2').href).toBe('https://example.org/app/face.png?v=2');
    expect(locate('/face.png').href).toBe('https://example.org/face.png');
    expect(locate('https://other.org/x').href).toBe('https://other.org/x');
    expect(locate('data:,x').href).toBe('data:,x');
  });

  it('is fetched, with the signal', async () => {
    const fetched = vi.fn(async () => new Response('x'));
    vi.stubGlobal('fetch', fetched);
    vi.stubGlobal('document', { baseURI: 'https://example.org/app/' });
    const { signal } = new AbortController();
    await open('face.png', signal);
    await open(new URL('https://other.org/x'));
    expect(fetched.mock.calls).toEqual([
      [new URL('https://example.org/app/face.png'), { signal }],
      [new URL('https://other.org/x'), {}],
    ]);
  });
});

describe('decodeImage in a browser', () => {
  it('gives the upright bitmap, with straight alpha', async () => {
    const made = bitmap(10, 10);
    const create = vi.fn(async () => made);
    page(create);
    expect(await decodeImage(Uint8Array.of(1, 2), options)).toBe(made);
    expect(create).toHaveBeenCalledWith(expect.any(Blob), { imageOrientation: 'from-image', premultiplyAlpha: 'none' });
    expect(made.close).not.toHaveBeenCalled();
  });

  it('closes and refuses one that is too large, or that comes after the signal', async () => {
    const large = bitmap(11, 10);
    page(async () => large);
    await expect(decodeImage(Uint8Array.of(1), options)).rejects.toThrow(
      /^classify: face\.png: expected an image of at most 100 pixels, received 11 × 10\. Shrink or crop it/,
    );
    expect(large.close).toHaveBeenCalledTimes(1);
    const late = bitmap(1, 1);
    page(async () => late);
    const reason = new Error('enough');
    await expect(decodeImage(Uint8Array.of(1), { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(late.close).toHaveBeenCalledTimes(1);
  });

  it('says what the browser cannot decode, and keeps the cause', async () => {
    const cause = new DOMException('The source image could not be decoded.');
    page(() => Promise.reject(cause));
    const error: unknown = await decodeImage(Uint8Array.of(1, 2, 3), options).catch((error: unknown) => error);
    expect(error).toHaveProperty('message', expect.stringMatching(/received 3 bytes that the browser cannot decode/));
    expect(error).toHaveProperty('cause', cause);
  });

  it('says what to do where nothing decodes, for instance because a bundler took this half for Node', async () => {
    await expect(decodeImage(Uint8Array.of(1), options)).rejects.toThrow(
      /^: .*Pass plain pixels .*exportConditions: \['node'\]/,
    );
  });
});

describe('writeFiles in a browser', () => {
  it('names the places that a browser can write to', async () => {
    await expect(writeFiles({ 'mine/weights.bin': '' })).rejects.toThrow(
      /^mine\/weights\.bin: .*Write to 'downloads:\/\/name' or 'indexeddb:\/\/name'/,
    );
  });
});
