import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/random';
import { joinClasses } from '../../src/teach/join';
import { logitsOf } from '../../src/teach/linear';
import type { Sample } from '../../src/teach/types';
import { rectifiedMean, typicalVector } from '../../src/teach/typical';
import { useBackend } from '../support/backends';

beforeAll(() => useBackend('cpu'));

describe('taught classes beside those of the base', () => {
  const base = {
    head: { weights: Float64Array.of(6, 0, 0, 0, 6, 0), bias: new Float64Array(2) }, // looks at the first two numbers
    classNames: ['x', 'y'],
    typical: Float64Array.of(0.5, 0.5, 0.5),
  };
  const random = new Random(1);
  const near = (center: readonly number[]) => Float32Array.from(center, (value) => value + 0.05 * random.normal());
  const sample = (label: string, vector: Float32Array, id: number): Sample => ({ id, label, take: id, vector });
  const samples = Array.from({ length: 8 }, (_, id) => sample('z', near([1, 0.5, 2]), id)); // which the base takes for x

  it('are found where the base has another opinion, and leave other faces to it', async () => {
    const { head, classNames } = await joinClasses(samples, ['z'], base, async () => {});
    const named = (vector: ArrayLike<number>) => {
      const logits = logitsOf(head, vector);
      return classNames[logits.indexOf(Math.max(...logits))];
    };
    for (let i = 0; i < 20; i++) {
      expect(named(near([1, 0.5, 2]))).toBe('z');
      expect(named(near([1.2, 0.3, 0.5]))).toBe('x');
      expect(named(near([0.3, 1.2, 0.5]))).toBe('y');
    }
  });
});

describe('the typical vector of a model', () => {
  it.each([
    [0, 1, 0.398942], // 1 / √(2π)
    [1, 2, 1.395593], // 1 · 0.691462 + 2 · 0.352065
    [-3, 0, 0],
    [2, 0, 2],
    [5, 0.1, 5],
  ])('is the mean of a rectified normal variable: mean %d, deviation %d', (mean, deviation, expected) => {
    expect(rectifiedMean(mean, deviation)).toBeCloseTo(expected, 5);
  });

  it('is read from batch norm, and refused without', async () => {
    const input = tfl.input({ shape: [3] });
    const norm = tfl.layers.batchNormalization({ name: 'norm' });
    const relu = tfl.layers.activation({ activation: 'relu' });
    const dense = tfl.layers.dense({ units: 2 });
    const drop = tfl.layers.dropout({ rate: 0.5 });
    const normed = norm.apply(input) as tfl.SymbolicTensor;
    const output = dense.apply(drop.apply(relu.apply(normed))) as tfl.SymbolicTensor;
    const model = tfl.model({ inputs: input, outputs: output });
    const values = [[1, -2, 1], [0, 1, -3], [0, 0, 0], [1, 1, 1]].map((list) => tf.tensor1d(list)); // prettier-ignore
    norm.setWeights(values); // gamma, beta, and the running statistics
    expect(await typicalVector(model, dense)).toBeAllClose([0.398942, 1.395593, 0.000382], { atol: 1e-5 });
    const [plain, hidden] = [tfl.layers.dense({ units: 2 }), tfl.layers.dense({ units: 3, activation: 'relu' })];
    for (const [head, before] of [
      [plain, normed],
      [tfl.layers.dense({ units: 2 }), hidden.apply(normed)],
    ] as const) {
      const other = tfl.model({ inputs: input, outputs: head.apply(before) as tfl.SymbolicTensor });
      await expect(typicalVector(other, head)).rejects.toThrow('expected batch norm and ReLU before the output layer');
      head.dispose();
    }
    tf.dispose(values);
    model.dispose();
    hidden.dispose();
  });
});
