import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { filterGradientByProducts } from '../../src/kernels/filter-products';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { CASES, caseOf, differences, onCpu, tensorsOf, weightedSum } from './geometries';

const WITHOUT_STRIDES = CASES.filter(({ strides }) => strides.every((stride) => stride === 1));

describeOn(BACKENDS, 'filterGradientByProducts', () => {
  expectNoLeaks();

  it.each(WITHOUT_STRIDES.map(({ title }) => title))('equals finite differences: %s', async (title) => {
    const expected = await onCpu(caseOf(title), false, (all) =>
      differences(all.filter, (filter) => weightedSum(all.x, filter, all, false)),
    );
    const received = tf.tidy(() => {
      const { x, dy, geometry } = tensorsOf(caseOf(title), false);
      const gradient = filterGradientByProducts(x, dy, geometry);
      expect(gradient.shape).toEqual(geometry.filterShape);
      return Array.from(gradient.dataSync());
    });
    expect(received).toBeAllClose(expected, { atol: 1e-4, rtol: 1e-5 });
  });
});
