import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { decodePicture, isEncoded, registerDecoder } from '../../src/image/encoded';
import { readImages } from '../../src/image/read';
import { useBackend } from '../support/backends';

beforeAll(() => useBackend('cpu'));

// What a real browser decodes is tested in carriers.browser.test.ts.

describe('readImages', () => {
  it('says what brings a decoder where there is none', async () => {
    await expect(readImages('face.jpg', 'classify')).rejects.toThrow(
      /^classify: .*a decoder for this one, received "face\.jpg"\. Import 'fer-cnn\/node'/,
    );
  });

  it('fetches a URL of another frame of the page', async () => {
    const decode = vi.fn(async (_blob: Blob) => ({}));
    vi.stubGlobal('createImageBitmap', decode);
    vi.stubGlobal('OffscreenCanvas', () => undefined);
    const url = { [Symbol.toStringTag]: 'URL', toString: () => 'data:text/plain,face' }; // its class is another one
    await decodePicture(url as unknown as URL, 'classify').finally(() => vi.unstubAllGlobals());
    expect(await decode.mock.calls[0]![0].text()).toBe('face');
  });

  it('hands encoded pictures to the registered decoder and decoded ones to toImages, and closes what it decoded', async () => {
    const decoder = vi.fn(async () => ({ data: Uint8Array.of(1, 2), width: 2, height: 1 }));
    registerDecoder(decoder);
    const before = tf.memory().numTensors;
    const images = await readImages(new Blob(['x']));
    expect(images.shape).toEqual([1, 1, 2, 1]);
    const same = await readImages(images);
    expect(decoder).toHaveBeenCalledTimes(1);
    const close = vi.fn();
    const context = { getImageData: () => ({ data: new Uint8ClampedArray(4) }), drawImage: () => undefined };
    const bitmap = { width: 1, height: 1, getContext: () => context, close };
    registerDecoder(async () => bitmap as unknown as ImageBitmap);
    const drawn = await readImages('a.png');
    expect(close).toHaveBeenCalledTimes(1);
    tf.dispose([images, same, drawn]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('passes on why a picture was not decoded', async () => {
    registerDecoder(() => Promise.reject(new Error('damaged')));
    await expect(decodePicture('a', 'here')).rejects.toThrow('damaged');
  });
});

describe('isEncoded', () => {
  it.each([
    ['a.png'],
    [new URL('file:///a')],
    [new Blob([])],
    [new File([], 'a')],
    [new Uint8Array(1)],
    [Buffer.of(1)],
  ])('is true for %s', (input) => {
    expect(isEncoded(input)).toBe(true);
  });

  it.each([[undefined], [7], [new Uint8ClampedArray(1)], [{ data: new Uint8Array(1) }], [[1]]])(
    'is false for %s',
    (input) => {
      expect(isEncoded(input)).toBe(false);
    },
  );
});
