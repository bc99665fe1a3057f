import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { conv2dInTraining } from '../../src/kernels/conv2d';
import {
  convolveByWinograd,
  fitsWinograd,
  fitsWinogradTraining,
  winogradFactors,
  winogradFilterGradient,
} from '../../src/kernels/winograd';
import { SOURCE_SHA256 } from '../../src/kernels/winograd-bytes';
import { BACKENDS, describeOn, expectNoLeaks, useBackend } from '../support/backends';
import { numbers } from './geometries';

const SAME = { strides: 1, pad: 'same' } as const;

/** Shapes of images for which one tile of that side takes fewer products than others. */
const TILES_OF_2 = [1, 2, 2, 4] as const;
const TILES_OF_4 = [1, 4, 4, 4] as const;

/** Sides odd and even, one image and many, channels in fours, filters in eights, more tiles than one block has. */
const SHAPES: [n: number, height: number, width: number, channels: number, filters: number][] = [
  [1, 2, 2, 4, 8],
  [2, 5, 8, 8, 16],
  [3, 6, 7, 12, 8],
  [1, 1, 1, 8, 8],
  [1, 1, 3, 8, 8],
  [13, 16, 16, 4, 8],
  [4, 19, 15, 8, 8],
];

/** Tensors of a shape, and what plain tfjs makes of them on its own CPU backend: output, and gradients by input and kernel. */
async function expected([n, height, width, channels, filters]: Readonly<(typeof SHAPES)[number]>) {
  await useBackend('cpu');
  const make = () => ({
    x: numbers([n, height, width, channels], 1),
    filter: numbers([3, 3, channels, filters], 2),
    bias: tf.linspace(-1, 1, filters),
    dy: numbers([n, height, width, filters], 3),
  });
  const values = tf.tidy(() => {
    const { x, filter, bias, dy } = make();
    const convolve = (...[x, filter]: tf.Tensor[]) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
    const { value, grads } = tf.valueAndGrads(convolve)([x, filter], dy);
    const relu = tf.relu(tf.add(value, bias));
    return [value, relu, ...grads].map((tensor) => Array.from(tensor.dataSync()));
  });
  await useBackend('wasm');
  return { make, values };
}

describeOn(['wasm'], 'Winograd convolution', () => {
  expectNoLeaks();

  it.each(SHAPES)('equals the output and gradients of tfjs: %i×%i×%i×%i to %i filters', async (...shape) => {
    const { make, values } = await expected(shape);
    const received = tf.tidy(() => {
      const { x, filter, bias, dy } = make();
      const outputs = [TILES_OF_2, TILES_OF_4].flatMap((like) => {
        const factors = winogradFactors(filter, like);
        return [convolveByWinograd(x, factors), convolveByWinograd(x, factors, bias, 'relu')];
      });
      return [winogradFilterGradient(x, dy), ...outputs].map((tensor) => Array.from(tensor.dataSync()));
    });
    const [output, relu, , byFilter] = values;
    const tolerance = { atol: 2e-5, rtol: 1e-5 };
    expect(received[0]).toBeAllClose(byFilter!, { atol: 1e-4, rtol: 1e-5 });
    expect(received[1], 'tiles of 2×2').toBeAllClose(output!, tolerance);
    expect(received[2], 'tiles of 2×2, ReLU').toBeAllClose(relu!, tolerance);
    expect(received[3], 'tiles of 4×4').toBeAllClose(output!, tolerance);
    expect(received[4], 'tiles of 4×4, ReLU').toBeAllClose(relu!, tolerance);
  });

  it('is off by no more than 4e-6 of the largest output in tiles of 4×4, with as many channels as the models have', async () => {
    const { make, values } = await expected([1, 8, 8, 192, 8]);
    const received = tf.tidy(() => {
      const { x, filter } = make();
      return Array.from(convolveByWinograd(x, winogradFactors(filter, TILES_OF_4)).dataSync());
    });
    const largest = Math.max(...values[0]!.map(Math.abs));
    expect(received).toBeAllClose(values[0]!, { atol: 4e-6 * largest, rtol: 0 });
  });

  // (side + 2)² products for each tile: 36 · 9 against 16 · 36, 36 · 4 against 16 · 9, 36 · 4 against 16 · 16, 36 against 16
  it.each([
    [12, 12, 4],
    [6, 6, 2],
    [7, 8, 4],
    [2, 2, 2],
  ])('takes the tiles with the fewest products: %i×%i pixels in tiles with a side of %i', (height, width, side) => {
    const shape = tf.tidy(() => winogradFactors(tf.ones([3, 3, 4, 8]), [1, height, width, 4]).shape);
    expect(shape).toEqual([(side + 2) ** 2, 1, 4, 8]);
  });

  it('uses large tiles only for enough images', () => {
    const shapes = tf.tidy(() =>
      [15, 16].map((pictures) => winogradFactors(tf.ones([3, 3, 4, 8]), [1, 12, 12, 4], pictures).shape[0]),
    );
    expect(shapes).toEqual([16, 36]); // 9 tiles an image
  });

  it.each([
    ['2×2', SHAPES.at(-1)!],
    ['4×4', [5, 22, 23, 8, 8] as const],
  ])('is what training uses, with both gradients, in tiles of %s', async (_tiles, shape) => {
    const { make, values } = await expected(shape);
    const [output, , byX, byFilter] = values;
    const { kernelNames } = await tf.profile(() =>
      tf.tidy(() => {
        const { x, filter, dy } = make();
        const convolve = (...[x, filter]: tf.Tensor[]) =>
          conv2dInTraining(x as tf.Tensor4D, filter as tf.Tensor4D, SAME);
        const { value, grads } = tf.valueAndGrads(convolve)([x, filter], dy);
        expect(value.dataSync()).toBeAllClose(output!, { atol: 2e-5 });
        expect(grads[0]!.dataSync()).toBeAllClose(byX!, { atol: 2e-5 });
        expect(grads[1]!.dataSync()).toBeAllClose(byFilter!, { atol: 1e-4 });
      }),
    );
    expect(kernelNames).toContain('FerFastConv2D');
  });

  it.each<[string, number[], object]>([
    ['another kernel size', [5, 5, 8, 8], SAME],
    ['strides', [3, 3, 8, 8], { strides: 2, pad: 'same' }],
    ['dilations', [3, 3, 8, 8], { ...SAME, dilations: [2, 2] }],
    ['no padding', [3, 3, 8, 8], { strides: 1, pad: 'valid' }],
    ['three channels', [3, 3, 3, 8], SAME],
    ['twelve filters', [3, 3, 8, 12], SAME],
  ])('is not for %s', (_what, filterShape, attributes) => {
    expect(fitsWinograd([3, 3, 8, 8], SAME)).toBe(true);
    expect(fitsWinograd(filterShape, attributes as typeof SAME)).toBe(false);
  });

  it('is not used in training with few tiles', () => {
    expect(fitsWinogradTraining([1, 12, 12, 8], [3, 3, 8, 8], SAME)).toBe(true);
    expect(fitsWinogradTraining([1, 6, 6, 8], [3, 3, 8, 8], SAME)).toBe(false);
  });

  it('is compiled from the current source', () => {
    const folder = new URL('../../assembly/', import.meta.url);
    const hash = createHash('sha256');
    for (const file of readdirSync(folder).sort()) hash.update(readFileSync(new URL(file, folder)));
    expect(hash.digest('hex'), 'run node scripts/build-wasm.mjs').toBe(SOURCE_SHA256);
  });
});

describeOn(
  BACKENDS.filter((name) => name !== 'wasm'),
  'another backend',
  () => {
    it('has convolutions of its own', () => {
      expect(fitsWinograd([3, 3, 8, 8], SAME)).toBe(false);
    });
  },
);
