import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { isBatch, toImages } from '../../src/image/input';
import { useBackend } from '../support/backends';

beforeAll(() => useBackend('cpu'));
beforeEach(() => tf.engine().startScope());
afterEach(() => tf.engine().endScope());

/** 2 × 3 pixels of `channels` channels as bytes that count up. */
const bytes = (channels: number) => Uint8Array.from({ length: 6 * channels }, (_, i) => i);

describe('toImages', () => {
  it.each([
    { kind: 'a gray picture [h, w]', input: () => tf.tensor2d(bytes(1), [2, 3]), shape: [1, 2, 3, 1] },
    { kind: 'a gray picture [h, w, 1]', input: () => tf.tensor3d(bytes(1), [2, 3, 1]), shape: [1, 2, 3, 1] },
    { kind: 'an RGB picture [h, w, 3]', input: () => tf.tensor3d(bytes(3), [2, 3, 3]), shape: [1, 2, 3, 3] },
    { kind: 'an RGBA picture [h, w, 4]', input: () => tf.tensor3d(bytes(4), [2, 3, 4]), shape: [1, 2, 3, 4] },
    { kind: 'int32', input: () => tf.tensor3d(bytes(3), [2, 3, 3], 'int32'), shape: [1, 2, 3, 3] },
    { kind: 'a batch of gray pictures', input: () => tf.tensor4d(bytes(2), [2, 2, 3, 1]), shape: [2, 2, 3, 1] },
    { kind: 'a batch of RGB pictures', input: () => tf.tensor4d(bytes(3), [1, 2, 3, 3]), shape: [1, 2, 3, 3] },
    { kind: 'gray bytes', input: () => ({ data: bytes(1), width: 3, height: 2 }), shape: [1, 2, 3, 1] },
    { kind: 'RGB bytes', input: () => ({ data: bytes(3), width: 3, height: 2, channels: 3 }), shape: [1, 2, 3, 3] },
    { kind: 'a Buffer', input: () => ({ data: Buffer.from(bytes(4)), width: 3, height: 2 }), shape: [1, 2, 3, 4] },
    {
      kind: 'ImageData',
      input: () => ({ data: new Uint8ClampedArray(bytes(4)), width: 3, height: 2, colorSpace: 'srgb' }),
      shape: [1, 2, 3, 4],
    },
  ])('takes $kind', ({ input, shape }) => {
    const images = within('here', () => toImages(input()));
    expect(images.shape).toEqual(shape);
    expect(images.dtype).toBe('float32');
    expect(Array.from(images.dataSync())).toEqual(Array.from({ length: images.size }, (_, i) => i));
  });

  it('takes bool as black and white', () => {
    const images = within('here', () => toImages(tf.tensor2d([true, false], [1, 2], 'bool')));
    expect(Array.from(images.dataSync())).toEqual([255, 0]);
  });

  it('takes values of 16 bits, from 0 for black to 65535 for white', () => {
    const images = within('here', () =>
      toImages({ data: Uint16Array.of(0, 257, 32_896, 65_535), width: 4, height: 1 }),
    );
    expect(images.dataSync()).toBeAllClose([0, 1, 128, 255]);
  });

  it('gives the caller one tensor of its own and leaves the input alone', () => {
    for (const input of [
      tf.ones([2, 2]),
      tf.ones([2, 2, 3], 'int32'),
      tf.ones([1, 2, 2, 1]),
      tf.ones([1, 1], 'bool'),
    ]) {
      const before = tf.memory().numTensors;
      const images = within('here', () => toImages(input));
      expect(tf.memory().numTensors).toBe(before + 1);
      images.dispose();
      expect(input.isDisposed).toBe(false);
      expect(input.dataSync()[0]).toBeTruthy();
    }
  });

  describe('refuses, without leaving a tensor behind,', () => {
    const disposed = (): tf.Tensor => {
      const x = tf.ones([2, 2, 1]);
      x.dispose();
      return x;
    };
    /** One whose data the engine does not know. */
    const foreign = (): tf.Tensor => Object.defineProperty(tf.ones([2, 2, 1]), 'dataId', { value: {} });
    it.each<{ what: string; input: () => unknown; message: RegExp }>([
      { what: 'rank 1', input: () => tf.ones([48]), message: /received rank 1 \[48\]/ },
      { what: 'rank 5', input: () => tf.ones([1, 1, 2, 2, 1]), message: /rank 5/ },
      { what: 'a stack of gray pictures', input: () => tf.ones([5, 48, 48]), message: /tf\.expandDims\(x, -1\)/ },
      { what: 'two channels', input: () => tf.ones([1, 4, 4, 2]), message: /1, 3 or 4 channels/ },
      { what: 'an empty picture', input: () => tf.ones([0, 4, 3]), message: /at least one pixel/ },
      { what: 'an empty gray picture', input: () => tf.ones([4, 0]), message: /at least one pixel/ },
      { what: 'an empty batch', input: () => tf.ones([0, 4, 4, 1]), message: /at least one pixel/ },
      { what: 'strings', input: () => tf.tensor2d([['a']]), message: /float32, int32 or bool, received string/ },
      { what: 'a disposed tensor', input: disposed, message: /disposed of/ },
      { what: 'a tensor of another tfjs', input: foreign, message: /another copy of tfjs\. .*npm ls/ },
      { what: 'nothing', input: () => undefined, message: /received undefined/ },
      { what: 'null', input: () => null, message: /received null/ },
      { what: 'a path', input: () => 'face.jpg', message: /received "face\.jpg".*await loadImage\(x\)/ },
      { what: 'a URL', input: () => new URL('file:///face.jpg'), message: /loadImage/ },
      { what: 'encoded bytes', input: () => new Uint8Array(9), message: /loadImage\(x\).*width, height/ },
      { what: 'an ArrayBuffer', input: () => new ArrayBuffer(9), message: /loadImage/ },
      { what: 'a Blob', input: () => new Blob([]), message: /loadImage/ },
      { what: 'a promise', input: () => Promise.resolve(), message: /Await it first/ },
      { what: 'a list', input: () => [[1, 2]], message: /Stack images/ },
      {
        what: 'the raw output of sharp',
        input: () => ({ data: bytes(3), info: {} }),
        message: /\{ data, \.\.\.info \}/,
      },
      { what: 'any other object', input: () => ({ a: 1 }), message: /keys \[a\]/ },
      { what: 'a number', input: () => 7, message: /received 7/ },
    ])('$what', ({ input, message }) => {
      const value = input();
      const before = tf.memory().numTensors;
      expect(() => within('here', () => toImages(value))).toThrow(InputError);
      expect(() => within('here', () => toImages(value))).toThrow(message);
      expect(tf.memory().numTensors).toBe(before);
    });

    it.each<{ what: string; input: object; message: RegExp }>([
      { what: 'no width', input: { data: bytes(1), width: 0, height: 2 }, message: /width: expected an integer/ },
      { what: 'a fractional height', input: { data: bytes(1), width: 3, height: 1.5 }, message: /height/ },
      { what: 'too few bytes', input: { data: bytes(1), width: 4, height: 2 }, message: /1, 3 or 4 bytes, received 6/ },
      { what: 'two channels', input: { data: bytes(2), width: 3, height: 2 }, message: /received 12 bytes/ },
      { what: 'a wrong count', input: { data: bytes(3), width: 3, height: 2, channels: 4 }, message: /of 4 \(1, 3 or/ },
      {
        what: 'too little 16-bit data',
        input: { data: new Uint16Array(5), width: 3, height: 2 },
        message: /4 values, received 5/,
      },
      { what: '32-bit data', input: { data: new Uint32Array(6), width: 3, height: 2 }, message: /a Uint32Array/ },
      { what: 'floats', input: { data: new Float32Array(6), width: 3, height: 2 }, message: /as a tensor \[h, w, c\]/ },
      { what: 'no data', input: { data: undefined, width: 3, height: 2 }, message: /received undefined/ },
    ])('decoded pixels with $what', ({ input, message }) => {
      const before = tf.memory().numTensors;
      expect(() => within('classify', () => toImages(input))).toThrow(InputError);
      expect(() => within('classify', () => toImages(input))).toThrow(message);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
});

describe('isBatch', () => {
  it('is true for tensors of rank 4 only', () => {
    expect(isBatch(tf.zeros([1, 2, 2, 1]))).toBe(true);
    expect(isBatch(tf.zeros([2, 2, 1]))).toBe(false);
    expect(isBatch({ data: bytes(1), width: 3, height: 2 })).toBe(false);
  });
});
