import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { conv2dBackpropInput } from '../../src/kernels/conv2d-backprop-input';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { CASES, caseOf, differences, onCpu, runKernel, tensorsOf, TITLES, weightedSum } from './geometries';

const ours = (title: string) =>
  tf.tidy(() => {
    const { dy, filter, geometry } = tensorsOf(caseOf(title), false);
    const gradient = conv2dBackpropInput(dy, filter, geometry);
    expect(gradient.shape).toEqual(geometry.inShape);
    return Array.from(gradient.dataSync());
  });

describeOn(BACKENDS, 'conv2dBackpropInput', () => {
  expectNoLeaks();

  it.each(TITLES)('equals finite differences: %s', async (title) => {
    const expected = await onCpu(caseOf(title), false, (all) =>
      differences(all.x, (x) => weightedSum(x, all.filter, all, false)),
    );
    expect(ours(title)).toBeAllClose(expected, { atol: 1e-4, rtol: 1e-5 });
  });

  // the plain CPU backend's kernel knows no dilations
  const undilated = CASES.filter(({ dilations }) => dilations.every((rate) => rate === 1));
  it.each(undilated.map(({ title }) => title))("is what the plain CPU backend's kernel gives: %s", async (title) => {
    const expected = await onCpu(caseOf(title), false, ({ dy, filter, geometry, attributes }) =>
      runKernel('Conv2DBackpropInput', { dy, filter }, { ...attributes, inputShape: geometry.inShape }),
    );
    expect(ours(title)).toBeAllClose(expected, { atol: 1e-5, rtol: 1e-5 });
  });
});
