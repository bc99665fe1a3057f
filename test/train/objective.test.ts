import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { predict } from '../../src/evaluate/predict';
import { createShallowCnn } from '../../src/models/shallow';
import type { LossOptions } from '../../src/train/losses';
import { reduceOnPlateau } from '../../src/train/schedules';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';

const NARROW = { inputSize: [16, 16] as const, conv: { filters: [2, 3] }, dense: { units: [4] }, seed: 2 };
const held = squares(14, 2);

/** The last validation loss of a short run, and the outputs of the network after it. */
async function judged(model: tfl.LayersModel, loss: LossOptions) {
  const { history } = await train(model, squares(14), { epochs: 1, batchSize: 7, validation: held, loss });
  const outputs = await predict(model, held);
  model.dispose();
  return { valLoss: history[0]!.valLoss!, outputs };
}

/** The mean over pictures of what each class adds, by its output and whether it is the right one. */
function meanLoss(outputs: Float32Array, add: (p: number, isRight: boolean) => number): number {
  const sum = outputs.reduce((total, p, i) => total + add(p, held.labels[Math.floor(i / 7)] === i % 7), 0);
  return sum / held.size;
}

describeOn(['cpu'], 'the validation loss', () => {
  expectNoLeaks();

  it('is the binary cross-entropy of sigmoid outputs', async () => {
    const model = createShallowCnn({ ...NARROW, head: { activation: 'sigmoid' } });
    const { valLoss, outputs } = await judged(model, { type: 'binaryCrossentropy' });
    expect(valLoss).toBeCloseTo(
      meanLoss(outputs, (p, isRight) => -Math.log(isRight ? p : 1 - p) / 7),
      5,
    );
  });

  it('is that of a head within another model too', async () => {
    const inner = createShallowCnn({ ...NARROW, head: { activation: 'sigmoid' } });
    const { valLoss, outputs } = await judged(tfl.sequential({ layers: [inner] }), { type: 'binaryCrossentropy' });
    expect(valLoss).toBeCloseTo(
      meanLoss(outputs, (p, isRight) => -Math.log(isRight ? p : 1 - p) / 7),
      5,
    );
  });

  it.each([0, 1, 3])('is the focal loss with the gamma of the training, %i', async (gamma) => {
    const { valLoss, outputs } = await judged(createShallowCnn(NARROW), { type: 'focal', gamma });
    const focal = (p: number, isRight: boolean) => (isRight ? -((1 - p) ** gamma) * Math.log(p) : 0);
    expect(valLoss).toBeCloseTo(meanLoss(outputs, focal), 5);
  });

  it('is that of the logits themselves where the head gives these', async () => {
    const model = tfl.sequential();
    model.add(tfl.layers.flatten({ inputShape: [16, 16, 1] }));
    model.add(tfl.layers.dense({ units: 7 }));
    const { valLoss, outputs } = await judged(model, {});
    const expected = tf.tidy(() => {
      const logits = tf.logSoftmax(tf.tensor2d(outputs, [14, 7]));
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.oneHot([...held.labels], 7), logits), 1))).dataSync()[0]!;
    });
    expect(valLoss).toBeCloseTo(expected, 5);
  });
});

it('a loss that is not finite is never the best', () => {
  const { start, next } = reduceOnPlateau({ initial: 1, patience: 2 });
  let state = start;
  for (const loss of [2, NaN, 1.9, NaN, 1.8, 1.7]) state = next(state, loss);
  expect(state).toEqual({ rate: 1, best: 1.7, wait: 0 });
  expect(next(next(start, NaN), 3)).toEqual({ rate: 1, best: 3, wait: 0 });
});
