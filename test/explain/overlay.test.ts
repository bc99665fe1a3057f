import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { overlay } from '../../src/explain/overlay';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

// matplotlib's inferno in steps of 0.2, as in: [matplotlib.colormaps['inferno'](i / 5, bytes=True)[:3] for i in range(6)]
const INFERNO = [
  [0, 0, 4],
  [66, 10, 104],
  [147, 38, 103],
  [221, 81, 58],
  [252, 165, 10],
  [252, 255, 164],
];

describeOn(BACKENDS, 'overlay', () => {
  expectNoLeaks();

  it('colors a gray image in proportion to the map', async () => {
    const image = tf.fill([1, 1, 6, 3], 80) as tf.Tensor4D;
    const map = tf.tensor2d([[0, 0.2, 0.4, 0.6, 0.8, 1]]);
    const { data, width, height } = await overlay(image, map);
    tf.dispose([image, map]);
    expect([width, height]).toEqual([6, 1]);
    const wanted = INFERNO.flatMap((color, i) => [...color.map((value) => 80 + (value - 80) * 0.75 * (i / 5)), 255]);
    expect(Array.from(data)).toBeAllClose(wanted, { atol: 3 }); // linear between sixteenths
  });

  it('has the size of the image', async () => {
    const image = tf.zeros<tf.Rank.R4>([1, 30, 40, 1]);
    const map = tf.tensor2d([
      [0, 0],
      [0, 1],
    ]);
    const { data, width, height, channels } = await overlay(image, map);
    tf.dispose([image, map]);
    expect([width, height, channels, data.length]).toEqual([40, 30, 4, 4800]);
    const red = (x: number, y: number) => data[4 * (y * 40 + x)]!;
    expect([red(0, 0), red(39, 0), red(0, 29)]).toEqual([0, 0, 0]);
    expect(red(39, 29)).toBe(189); // 0.75 of 252
  });
});
