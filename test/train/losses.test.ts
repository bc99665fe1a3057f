import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { applyTemperature } from '../../src/metrics/temperature';
import type { LossOptions } from '../../src/train/losses';
import { binaryCrossentropy, categoricalCrossentropy, focal, parseLoss } from '../../src/train/losses';
import { createObjective } from '../../src/train/objective';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

const LOGITS = [
  [2, -1, 0.5],
  [0.1, 0.2, 3],
];
const TARGETS = [
  [1, 0, 0],
  [0.3, 0.7, 0],
];
const createBatchLoss = (options: LossOptions, numClasses: number) =>
  createObjective(parseLoss('train: loss', options), numClasses);
const values = (make: () => tf.Tensor) => tf.tidy(() => Array.from(make().dataSync()));

describeOn(BACKENDS, 'losses', () => {
  expectNoLeaks();
  const logits = () => tf.tensor2d(LOGITS);
  const targets = () => tf.tensor2d(TARGETS);

  // Python, in doubles: -sum(t * log(softmax(z))) and -mean(t * log(s(z)) + (1 - t) * log(1 - s(z))), s the sigmoid
  it('equal the cross-entropy of a softmax', () => {
    expect(values(() => categoricalCrossentropy(logits(), targets()))).toBeAllClose([
      0.24131129665715703, 2.9396014645214654,
    ]);
  });

  it('equal the mean binary cross-entropy of sigmoids', () => {
    expect(values(() => binaryCrossentropy(logits(), targets()))).toBeAllClose([
      0.47142222758043406, 1.473707627009636,
    ]);
  });

  it('are finite at extreme logits', () => {
    const extreme = () => tf.tensor2d([[1e4, -1e4, 0]]);
    const hot = () => tf.tensor2d([[0, 1, 0]]);
    expect(values(() => categoricalCrossentropy(extreme(), hot()))).toBeAllClose([2e4]);
    expect(values(() => binaryCrossentropy(extreme(), hot()))).toBeAllClose([(1e4 + 1e4 + Math.LN2) / 3]);
  });

  it('with gamma 0 are the plain cross-entropy, and with gamma 2 count easy pictures less', () => {
    const plain = values(() => categoricalCrossentropy(logits(), targets()));
    expect(values(() => focal(0)(logits(), targets()))).toBeAllClose(plain);
    const p = Math.exp(-plain[0]!);
    expect(values(() => focal(2)(logits(), targets()))[0]).toBeCloseTo((1 - p) ** 2 * plain[0]!, 5);
  });

  it('take smoothing, class weights and sample weights into the mean', () => {
    const plain = values(() => categoricalCrossentropy(logits(), targets()));
    const weighted = createBatchLoss({ classWeights: [2, 0, 1] }, 3);
    const mean = (2 * plain[0]! * 3 + 0.6 * plain[1]! * 5) / 2;
    expect(values(() => weighted(logits(), targets(), { sampleWeights: tf.tensor1d([3, 5]) }))).toBeAllClose([mean], {
      rtol: 1e-4,
    });
    const smoothed = createBatchLoss({ labelSmoothing: 0.3 }, 3);
    const uniform = values(() => categoricalCrossentropy(logits(), tf.fill([2, 3], 1 / 3)));
    const expected = (0.7 * (plain[0]! + plain[1]!) + 0.3 * (uniform[0]! + uniform[1]!)) / 2;
    expect(values(() => smoothed(logits(), targets()))).toBeAllClose([expected], { rtol: 1e-4 });
  });

  it('follow a teacher: a share of the squared temperature times the divergence of the softened probabilities', () => {
    const teacher = Float32Array.from([0.7, 0.2, 0.1, 0.05, 0.05, 0.9]);
    const plain = values(() => categoricalCrossentropy(logits(), targets()));
    const [weight, temperature] = [0.3, 2];
    const divergences = LOGITS.map((row, i) => {
      const soft = (powers: number[]) => powers.map((p) => p / powers.reduce((a, b) => a + b));
      const student = soft(row.map((z) => Math.exp(z / temperature)));
      const wanted = soft([...teacher.subarray(3 * i, 3 * i + 3)].map((p) => p ** (1 / temperature)));
      return wanted.reduce((sum, q, k) => sum + q * Math.log(q / student[k]!), 0);
    });
    const each = plain.map((loss, i) => (1 - weight) * loss + weight * temperature ** 2 * divergences[i]!);
    const distillation = { weight, temperature };
    const loss = createBatchLoss({ distillation }, 3);
    const soft = () => tf.tensor2d(applyTemperature(teacher, 3, temperature), [2, 3]);
    const received = values(() => loss(logits(), targets(), { teacher: soft() }));
    expect(received).toBeAllClose([(each[0]! + each[1]!) / 2], { rtol: 1e-4 });
    expect(values(() => loss(logits(), targets()))).toBeAllClose([(plain[0]! + plain[1]!) / 2], { rtol: 1e-4 });
  });

  it.each([
    { type: 'mse' as never },
    { distillation: { weight: 2 } },
    { distillation: { temperature: 0 } },
    { labelSmoothing: 1 },
    { classWeights: [1, 2] },
    { classWeights: [1, 2, -1] },
    { classWeights: [0, 0, 0] },
    { classWeights: [1, 2, 1e40] },
    { type: 'focal' as const, gamma: -1 },
    { smoothing: 0.1 } as never,
  ])('refuse options out of range (%#)', (options) => {
    expect(() => createBatchLoss(options, 3)).toThrow(InputError);
  });
});
