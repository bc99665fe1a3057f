import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { conv2dBackpropFilter } from '../../src/kernels/conv2d-backprop-filter';
import { convGeometry } from '../../src/kernels/geometry';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { CASES, caseOf, differences, numbers, onCpu, runKernel, tensorsOf, TITLES, weightedSum } from './geometries';

const ours = (title: string) =>
  tf.tidy(() => {
    const { x, dy, geometry } = tensorsOf(caseOf(title), false);
    const gradient = conv2dBackpropFilter(x, dy, geometry);
    expect(gradient.shape).toEqual(geometry.filterShape);
    return Array.from(gradient.dataSync());
  });

describeOn(BACKENDS, 'conv2dBackpropFilter', (backend) => {
  expectNoLeaks();

  it.each(TITLES)('equals finite differences: %s', async (title) => {
    const expected = await onCpu(caseOf(title), false, (all) =>
      differences(all.filter, (filter) => weightedSum(all.x, filter, all, false)),
    );
    expect(ours(title)).toBeAllClose(expected, { atol: 1e-4, rtol: 1e-5 });
  });

  // the plain CPU backend's kernel knows no dilations
  const undilated = CASES.filter(({ dilations }) => dilations.every((rate) => rate === 1));
  it.each(undilated.map(({ title }) => title))("is what the plain CPU backend's kernel gives: %s", async (title) => {
    const expected = await onCpu(caseOf(title), false, ({ x, dy, geometry, attributes }) =>
      runKernel('Conv2DBackpropFilter', { x, dy }, { ...attributes, filterShape: geometry.filterShape }),
    );
    expect(ours(title)).toBeAllClose(expected, { atol: 1e-5, rtol: 1e-5 });
  });

  it('adds up a batch that is too long for one sum', () => {
    const shape: [number, number, number, number] = [5, 100, 100, 1]; // 50,000 products, an odd number of images
    const [sum, parts] = tf.tidy(() => {
      const [x, dy] = [numbers(shape, 1), numbers(shape, 2)];
      const geometry = convGeometry('test', shape, [3, 3, 1, 1], { strides: 1, pad: 'same' });
      const each = tf.unstack(x).map((picture, i) => {
        const of = (all: tf.Tensor) => tf.expandDims(all) as tf.Tensor4D;
        return conv2dBackpropFilter(of(picture), of(tf.unstack(dy)[i]!), geometry);
      });
      return [conv2dBackpropFilter(x, dy, geometry), tf.addN(each)].map((tensor) => Array.from(tensor.dataSync()));
    });
    expect(sum!).toBeAllClose(parts!, { atol: 2e-3, rtol: 1e-5 });
  });

  it('keeps precision when it sums equal numbers', () => {
    tf.tidy(() => {
      const x = tf.fill<tf.Rank.R4>([32, 48, 48, 1], 0.1);
      const geometry = convGeometry('test', x.shape, [1, 1, 1, 1], { strides: 1, pad: 'valid' });
      const [sum] = conv2dBackpropFilter(x, x, geometry).dataSync();
      expect(Math.abs(sum! / (32 * 48 * 48 * 0.01) - 1), backend).toBeLessThan(2e-4);
    });
  });
});
