import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { resize, resizeWeights } from '../../src/image/resize';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

type Size = readonly [height: number, width: number];

/** Pixel i of the test picture, in row-major order. */
const pixel = (_: unknown, i: number) => (i * 37) % 256;

function resized(from: Size, to: Size): Float32Array {
  return tf.tidy(() => {
    const [height, width] = from;
    const image = tf.tensor4d(Array.from({ length: height * width }, pixel), [1, height, width, 1]);
    return resize(image, to).dataSync<'float32'>();
  });
}

// OpenCV 4.5.1: cv.resize(float32 picture, dsize, interpolation) of the picture above, to 4 decimals.
const OPENCV: readonly { name: string; from: Size; to: Size; pixels: number[] }[] = [
  {
    name: 'INTER_AREA with fractional factors',
    from: [7, 5],
    to: [3, 2],
    pixels: [103.2286, 89.6286, 101.8571, 132.1429, 144.3714, 130.7714],
  },
  {
    name: 'INTER_AREA with a whole and a fractional factor',
    from: [5, 6],
    to: [2, 3],
    pixels: [93.7, 65.3, 139.3, 165.7, 137.3, 57.7],
  },
  {
    name: 'INTER_LINEAR on both axes',
    from: [2, 3],
    to: [5, 4],
    pixels: [
      0, 23.125, 50.875, 74, 11.1, 34.225, 61.975, 85.1, 55.5, 78.625, 106.375, 129.5, 99.9, 123.025, 150.775, 173.9,
      111, 134.125, 161.875, 185,
    ],
  },
  {
    name: 'INTER_LINEAR on one axis',
    from: [3, 3],
    to: [3, 7],
    pixels: [
      0, 5.2857, 21.1429, 37, 52.8571, 68.7143, 74, 111, 116.2857, 132.1429, 148, 163.8571, 179.7143, 185, 222,
      190.7143, 96.8571, 3, 18.8571, 34.7143, 40,
    ],
  },
];

describe('resizeWeights', () => {
  it.each([
    [480, 48],
    [100, 48],
    [49, 48],
    [48, 49],
    [48, 48],
    [7, 48],
    [1, 48],
    [48, 1],
    [1080, 47],
  ])('gives each new pixel weights that are at least 0 and sum to 1, for %i to %i', (from, to) => {
    const weights = resizeWeights(from, to);
    const sums = Array.from({ length: to }, (_, i) =>
      Array.from({ length: from }, (_, j) => weights[j * to + i]!).reduce((a, b) => a + b),
    );
    expect(sums).toBeAllClose(Array(to).fill(1), { atol: 1e-6 });
    expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
  });

  it('uses every old pixel equally when it shrinks', () => {
    const [from, to] = [100, 48];
    const weights = resizeWeights(from, to);
    const shares = Array.from({ length: from }, (_, j) =>
      weights.subarray(j * to, (j + 1) * to).reduce((a, b) => a + b),
    );
    expect(shares).toBeAllClose(Array(from).fill(to / from), { atol: 1e-6 });
  });
});

describeOn(BACKENDS, 'resize', () => {
  expectNoLeaks();

  it.each(OPENCV)('equals OpenCV $name', ({ from, to, pixels }) => {
    expect(resized(from, to)).toBeAllClose(pixels, { atol: 1e-4 });
  });

  it('shrinks one axis by area while it enlarges the other linearly', () => {
    const image = [0, 100, 200, 40, 60, 80, 20, 20];
    const y = tf.tidy(() => resize(tf.tensor4d(image, [1, 2, 4, 1]), [4, 2]).dataSync());
    // By hand: the rows become [50, 120] and [70, 20]; those between are 1/4 and 3/4 of the way.
    expect(y).toBeAllClose([50, 120, 55, 95, 65, 45, 70, 20]);
  });

  it.each([
    // Ten columns hold five bright ones; or, with two-pixel stripes, four or six.
    { stripe: 1, darkest: 127.5, brightest: 127.5 },
    { stripe: 2, darkest: 102, brightest: 153 },
  ])('turns black and white stripes of $stripe px to gray from 480 to 48 px', ({ stripe, darkest, brightest }) => {
    const stripes = Float32Array.from({ length: 480 * 480 }, (_, i) => (i % (2 * stripe) < stripe ? 0 : 255));
    const y = tf.tidy(() => resize(tf.tensor4d(stripes, [1, 480, 480, 1]), [48, 48]).dataSync<'float32'>());
    expect([Math.min(...y), Math.max(...y)]).toBeAllClose([darkest, brightest], { rtol: 1e-5 });
    expect(y.reduce((a, b) => a + b) / y.length).toBeCloseTo(127.5, 2);
  });

  it.each<[Size, Size]>([
    [
      [9, 7],
      [4, 5],
    ],
    [
      [4, 5],
      [9, 7],
    ],
    [
      [4, 9],
      [4, 3],
    ],
  ])('resizes each channel as it resizes that channel alone, %j to %j', ([h, w], to) => {
    const images = tf.tensor4d(Array.from({ length: 2 * h * w * 3 }, pixel), [2, h, w, 3]);
    const together = tf.tidy(() => resize(images, to).dataSync());
    const alone = tf.tidy(() =>
      tf
        .concat(
          tf.split<tf.Tensor4D>(images, 3, 3).map((channel) => resize(channel, to)),
          3,
        )
        .dataSync(),
    );
    images.dispose();
    expect(together).toBeAllClose(alone);
  });

  it('resizes each picture of a batch as it resizes that picture alone', () => {
    const images = tf.tensor4d(Array.from({ length: 3 * 9 * 7 }, pixel), [3, 9, 7, 1]);
    const together = tf.tidy(() => resize(images, [4, 5]).dataSync());
    const alone = tf.tidy(() =>
      tf.concat(tf.split<tf.Tensor4D>(images, 3).map((image) => resize(image, [4, 5]))).dataSync(),
    );
    images.dispose();
    expect(together).toBeAllClose(alone);
  });

  it('refuses sides that would fill the memory with weights, before it makes them', () => {
    const before = tf.memory().numTensors;
    for (const size of [
      [70_000, 1],
      [1, 70_000],
    ] as const) {
      const strip = tf.zeros<tf.Rank.R4>([1, ...size, 1]);
      expect(() => resize(strip, [48, 48])).toThrow('sides of at most 65535 pixels, received 70000');
      strip.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
