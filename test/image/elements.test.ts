import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { toImages } from '../../src/image/input';
import { useBackend } from '../support/backends';

// What a real browser does is tested in elements.browser.test.ts; here are stand-ins with the same members.

const rgba = new Uint8ClampedArray([1, 2, 3, 255, 4, 5, 6, 128]);

function canvas(width = 2, height = 1, getImageData: () => unknown = () => ({ data: rgba })): object {
  return { width, height, getContext: () => ({ getImageData, drawImage: () => undefined }) };
}

beforeAll(() => useBackend('cpu'));

describe('toImages of what browsers hold', () => {
  it('takes a canvas, that of a Node package too, with its alpha', () => {
    const images = within('here', () => toImages(canvas()));
    expect(images.shape).toEqual([1, 1, 2, 4]);
    expect(images.dtype).toBe('float32');
    expect(Array.from(images.dataSync())).toEqual([...rgba]);
    images.dispose();
  });

  it('draws an image element at its own size, not at that of its layout', () => {
    const drawn: object[] = [];
    const createElement = () => {
      const target = canvas(0, 0);
      drawn.push(target);
      return target;
    };
    const image = { width: 900, height: 900, naturalWidth: 2, naturalHeight: 1, ownerDocument: { createElement } };
    const images = within('here', () => toImages(image));
    expect(drawn).toMatchObject([{ width: 2, height: 1 }]);
    expect(images.shape).toEqual([1, 1, 2, 4]);
    images.dispose();
  });

  it.each([
    {
      what: 'an empty canvas',
      input: canvas(0, 0),
      message: /a canvas with at least one pixel, received a size of 0 × 0/,
    },
    { what: 'an image that is not loaded', input: { naturalWidth: 0, naturalHeight: 0 }, message: /image\.decode\(\)/ },
    {
      what: 'a video without a frame',
      input: { videoWidth: 640, videoHeight: 480, readyState: 1 },
      message: /loadeddata/,
    },
    {
      what: 'a closed bitmap',
      input: { width: 0, height: 0, close: () => undefined },
      message: /before its close\(\)/,
    },
    {
      what: 'a closed frame of a video',
      input: { displayWidth: 0, displayHeight: 0, codedWidth: 0, close: () => undefined },
      message: /a VideoFrame with at least one pixel.*before its close\(\)/,
    },
    {
      what: 'a picture from another origin',
      input: canvas(2, 1, () => {
        throw new DOMException('The canvas has been tainted.', 'SecurityError');
      }),
      message: /received SecurityError \(The canvas has been tainted\.\).*crossOrigin/,
    },
    {
      what: 'a canvas without a 2D context',
      input: { width: 2, height: 1, getContext: () => null },
      message: /a canvas whose pixels can be read/,
    },
  ])('refuses $what and leaves no tensor behind', ({ input, message }) => {
    const before = tf.memory().numTensors;
    expect(() => within('here', () => toImages(input))).toThrow(InputError);
    expect(() => within('here', () => toImages(input))).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});
