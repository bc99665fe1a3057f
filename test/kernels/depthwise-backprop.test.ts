import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { depthwiseBackpropFilter, depthwiseBackpropInput } from '../../src/kernels/depthwise-backprop';
import { describeOn, expectNoLeaks } from '../support/backends';
import type { CaseTensors } from './geometries';
import { CASES, caseOf, differences, onCpu, runKernel, tensorsOf, weightedSum } from './geometries';

const KERNELS = {
  depthwiseBackpropFilter: {
    ours: ({ x, dy, geometry }: CaseTensors) => depthwiseBackpropFilter(x, dy, geometry),
    shape: ({ geometry }: CaseTensors) => geometry.filterShape,
    differences: (all: CaseTensors) => differences(all.filter, (filter) => weightedSum(all.x, filter, all, true)),
    theirs: ({ x, dy, geometry, attributes }: CaseTensors) =>
      runKernel('DepthwiseConv2dNativeBackpropFilter', { x, dy }, { ...attributes, filterShape: geometry.filterShape }),
  },
  depthwiseBackpropInput: {
    ours: ({ dy, filter, geometry }: CaseTensors) => depthwiseBackpropInput(dy, filter, geometry),
    shape: ({ geometry }: CaseTensors) => geometry.inShape,
    differences: (all: CaseTensors) => differences(all.x, (x) => weightedSum(x, all.filter, all, true)),
    theirs: ({ dy, filter, geometry, attributes }: CaseTensors) =>
      runKernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { ...attributes, inputShape: geometry.inShape }),
  },
};

describeOn(['cpu', 'wasm'], 'gradients of depthwise convolutions', () => {
  expectNoLeaks();

  describe.each(Object.keys(KERNELS) as (keyof typeof KERNELS)[])('%s', (name) => {
    const { ours, shape, differences, theirs } = KERNELS[name];
    const compute = (title: string, multiplier: number) =>
      tf.tidy(() => {
        const tensors = tensorsOf({ ...caseOf(title), filters: multiplier }, true);
        const gradient = ours(tensors);
        expect(gradient.shape).toEqual(shape(tensors));
        return Array.from(gradient.dataSync());
      });
    const rows = CASES.flatMap(({ title, dilations }) =>
      [1, 3].map((multiplier) => ({ title, multiplier, dilations })),
    );

    it.each(rows)('is what finite differences give: $title, multiplier $multiplier', async ({ title, multiplier }) => {
      const expected = await onCpu({ ...caseOf(title), filters: multiplier }, true, differences);
      expect(compute(title, multiplier)).toBeAllClose(expected, { atol: 1e-4, rtol: 1e-5 });
    });

    // the plain CPU backend's kernels know no dilations
    it.each(rows.filter((row) => row.dilations.every((rate) => rate === 1)))(
      "is what the plain CPU backend's kernel gives: $title, multiplier $multiplier",
      async ({ title, multiplier }) => {
        const expected = await onCpu({ ...caseOf(title), filters: multiplier }, true, theirs);
        expect(compute(title, multiplier)).toBeAllClose(expected, { atol: 1e-5, rtol: 1e-5 });
      },
    );
  });
});
