import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { InputError } from '../../src/errors';
import { DEFAULT_PREPROCESSING, preprocess, type Preprocessing, toGraySize } from '../../src/image/preprocess';
import { BACKENDS, describeOn, expectNoLeaks, type TestBackend } from '../support/backends';

const { mean, std } = DEFAULT_PREPROCESSING;

function noise(shape: readonly [number, number, number, number]): tf.Tensor4D {
  const size = tf.util.sizeFromShape([...shape]);
  return tf.tensor4d(
    Float32Array.from({ length: size }, (_, i) => (i * 7919 + (i >> 3)) % 256),
    [...shape],
  );
}

/** What each backend makes of the same pictures, for the comparison at the end. */
const outputs = new Map<TestBackend, Float32Array>();

describeOn(BACKENDS, 'preprocess', (backend) => {
  expectNoLeaks();

  it('normalises gray pictures of the right size by the mean and standard deviation', () => {
    const images = noise([2, 48, 48, 1]);
    const y = preprocess(images);
    const expected = images.dataSync().map((value) => (value / 255 - mean) / std);
    expect(y.shape).toEqual([2, 48, 48, 1]);
    expect(y.dtype).toBe('float32');
    expect(y.dataSync()).toBeAllClose(expected, { atol: 1e-6 });
    tf.dispose([images, y]);
  });

  it('takes int32 as it takes float32', () => {
    const floats = noise([1, 60, 50, 3]);
    const integers = tf.cast(floats, 'int32');
    const [a, b] = [preprocess(floats), preprocess(integers)];
    expect(b.dtype).toBe('float32');
    expect(b.dataSync()).toBeAllClose(a.dataSync());
    tf.dispose([floats, integers, a, b]);
  });

  it('weighs red, green and blue as OpenCV does', () => {
    const images = tf.tensor4d([255, 0, 0, 10, 200, 30, 90, 60, 250], [1, 1, 3, 3]);
    const gray = toGraySize(images, [1, 3]);
    // OpenCV 4.5.1: cv.cvtColor(…, cv.COLOR_RGB2GRAY) gives the bytes 76, 124, 91.
    expect(Array.from(gray.dataSync(), Math.round)).toEqual([76, 124, 91]);
    expect(gray.dataSync()).toBeAllClose([76.245, 123.81, 90.63]);
    tf.dispose([images, gray]);
  });

  it('lays transparent pictures over white, before it resizes them', () => {
    const images = tf.tensor4d([0, 0, 0, 255, 0, 0, 0, 0, 100, 100, 100, 51, 255, 255, 255, 0], [1, 2, 2, 4]);
    const gray = toGraySize(images, [2, 2]);
    const one = toGraySize(images, [1, 1]);
    expect(gray.dataSync()).toBeAllClose([0, 255, 224, 255], { atol: 1e-4 }); // 100 · 0.2 + 255 · 0.8 = 224
    expect(one.dataSync()).toBeAllClose([183.5], { atol: 1e-4 });
    tf.dispose([images, gray, one]);
  });

  it('makes the same of opaque RGBA as of RGB, and of RGB as of gray where the channels are equal', () => {
    tf.tidy(() => {
      const gray = noise([1, 70, 90, 1]);
      const rgb = tf.tile(gray, [1, 1, 1, 3]);
      const rgba = tf.concat([rgb, tf.mul(tf.onesLike(gray), 255)], 3) as tf.Tensor4D;
      const expected = preprocess(gray).dataSync();
      expect(preprocess(rgb).dataSync()).toBeAllClose(expected, { atol: 1e-5 });
      expect(preprocess(rgba).dataSync()).toBeAllClose(expected, { atol: 1e-5 });
    });
  });

  it('follows the input size, mean and standard deviation that it is given', () => {
    const own: Preprocessing = { inputSize: [2, 3], mean: 0.5, std: 0.25 };
    const images = tf.tensor4d(new Float32Array(64).fill(255), [1, 8, 8, 1]);
    const y = preprocess(images, own);
    expect(y.shape).toEqual([1, 2, 3, 1]);
    expect(y.dataSync()).toBeAllClose(Array(6).fill(2));
    tf.dispose([images, y]);
  });

  it('keeps colors for a model that wants them, by one mean and deviation a channel', () => {
    const images = tf.tensor4d([255, 51, 0, 102, 204, 153], [1, 1, 2, 3]);
    const channels = 3 as const;
    const y = preprocess(images, { inputSize: [1, 2], channels, mean: [0.2, 0.4, 0.6], std: [0.5, 0.25, 0.1] });
    expect(y.shape).toEqual([1, 1, 2, 3]);
    // By hand: (1 - 0.2) / 0.5, (0.2 - 0.4) / 0.25, (0 - 0.6) / 0.1; (0.4 - 0.2) / 0.5, (0.8 - 0.4) / 0.25, 0
    expect(y.dataSync()).toBeAllClose([1.6, -0.8, -6, 0.4, 1.6, 0], { atol: 1e-5 });
    const same = preprocess(images, { inputSize: [1, 2], channels, mean: 0.5, std: 0.5 });
    expect(same.dataSync()).toBeAllClose([1, -0.6, -1, -0.2, 0.6, 0.2], { atol: 1e-5 }); // 2 x / 255 - 1
    tf.dispose([images, y, same]);
  });

  it('shrinks colors by area channel by channel, lays transparent ones over white and repeats gray', () => {
    const raw = { channels: 3, mean: 0, std: 1 / 255 } as const; // 0..255
    const pairs = tf.tensor4d([10, 20, 30, 30, 40, 50, 0, 100, 200, 200, 100, 0], [1, 1, 4, 3]);
    const half = preprocess(pairs, { ...raw, inputSize: [1, 2] });
    expect(half.dataSync()).toBeAllClose([20, 30, 40, 100, 100, 100], { atol: 1e-3 });
    const veiled = tf.tensor4d([100, 0, 50, 51, 9, 9, 9, 0], [1, 1, 2, 4]);
    const opaque = preprocess(veiled, { ...raw, inputSize: [1, 2] });
    expect(opaque.dataSync()).toBeAllClose([224, 204, 214, 255, 255, 255], { atol: 1e-3 }); // 0.2 x + 0.8 · 255
    const gray = tf.tensor4d([7, 80], [1, 1, 2, 1]);
    const tripled = preprocess(gray, { ...raw, inputSize: [1, 2] });
    expect(tripled.dataSync()).toBeAllClose([7, 7, 7, 80, 80, 80], { atol: 1e-4 });
    tf.dispose([pairs, half, veiled, opaque, gray, tripled]);
  });

  it('gives the caller a tensor of its own even where nothing is to be done', () => {
    const images = noise([1, 4, 4, 1]);
    const same = toGraySize(images, [4, 4]);
    images.dispose();
    expect(same.dataSync()[1]).toBe(7919 % 256);
    same.dispose();
  });

  it('gives what every other backend gives, within 1e-5', () => {
    const shapes: readonly [number, number, number, number][] = [
      [2, 48, 48, 1],
      [1, 480, 640, 3],
      [1, 333, 97, 4],
      [2, 30, 50, 3],
      [1, 31, 17, 1],
    ];
    const values = shapes.flatMap((shape) => Array.from(tf.tidy(() => preprocess(noise(shape)).dataSync())));
    outputs.set(backend, Float32Array.from(values));
    for (const other of outputs.values()) expect(values).toBeAllClose(other, { atol: 1e-5, rtol: 0 });
  });

  describe('refuses, without leaving a tensor behind,', () => {
    const cases: readonly { what: string; shape: number[]; message: RegExp }[] = [
      { what: 'rank 3', shape: [48, 48, 1], message: /rank 4.*received rank 3 \[48, 48, 1\].*tf\.expandDims\(x, 0\)/ },
      { what: 'rank 2', shape: [48, 48], message: /received rank 2 \[48, 48\]/ },
      { what: 'two channels', shape: [1, 48, 48, 2], message: /1, 3 or 4 channels/ },
      { what: 'an empty batch', shape: [0, 48, 48, 1], message: /at least one pixel/ },
      { what: 'an empty picture', shape: [1, 0, 48, 1], message: /at least one pixel/ },
    ];
    it.each(cases)('$what', ({ shape, message }) => {
      const images = tf.zeros(shape as never) as tf.Tensor4D;
      const before = tf.memory().numTensors;
      expect(() => preprocess(images)).toThrow(InputError);
      expect(() => preprocess(images)).toThrow(message);
      expect(() => toGraySize(images, [48, 48])).toThrow(message);
      expect(tf.memory().numTensors).toBe(before);
      images.dispose();
    });

    it('a tensor that was disposed of', () => {
      const images = noise([1, 4, 4, 1]);
      images.dispose();
      expect(() => preprocess(images)).toThrow(/disposed of.*tf\.clone/);
    });

    it('what is no tensor', () => {
      expect(() => preprocess(undefined as never)).toThrow(/received undefined/);
      expect(() => preprocess({} as never)).toThrow(InputError);
    });

    it.each([
      [{ ...DEFAULT_PREPROCESSING, mean: NaN }, /mean/],
      [{ ...DEFAULT_PREPROCESSING, std: 0 }, /std/],
      [{ ...DEFAULT_PREPROCESSING, channels: 2 as never }, /channels/],
      [{ ...DEFAULT_PREPROCESSING, mean: [0.1, 0.2, 0.3] }, /mean: expected a number, or 1, one for each channel/],
      [{ ...DEFAULT_PREPROCESSING, channels: 3 as const, std: [1, 0, 1] }, /std/],
      [{ ...DEFAULT_PREPROCESSING, channels: 3 as const, std: [] }, /std/],
      [{ ...DEFAULT_PREPROCESSING, inputSize: [48] as never }, /inputSize\[1\]/],
      [{ ...DEFAULT_PREPROCESSING, inputSize: [0, 48] as const }, /inputSize\[0\]/],
    ])('the preprocessing %o', (preprocessing, message) => {
      const images = noise([1, 4, 4, 1]);
      expect(() => preprocess(images, preprocessing)).toThrow(message);
      images.dispose();
    });
  });
});

describe('DEFAULT_PREPROCESSING', () => {
  it('cannot be changed by accident', () => {
    expect(() => Object.assign(DEFAULT_PREPROCESSING, { mean: 0 })).toThrow(TypeError);
    expect(() => Object.assign(DEFAULT_PREPROCESSING.inputSize, [1, 1])).toThrow(TypeError);
    expectTypeOf(DEFAULT_PREPROCESSING).toExtend<Preprocessing>();
  });
});
