import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import type { TrainOptions } from '../../src/train/options';
import { train } from '../../src/train/train';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn, weightsOf } from '../support/tiny';

const OPTIONS = { epochs: 2, batchSize: 7, optimization: { learningRate: 0.03 } } satisfies TrainOptions;

async function trained(options: Partial<TrainOptions>) {
  const model = tinyCnn(1, 0);
  const { history } = await train(model, squares(28), { ...OPTIONS, ...options });
  const weights = weightsOf(model);
  model.dispose();
  return { weights, loss: history.at(-1)!.loss };
}

describeOn(
  BACKENDS.filter((name) => name === 'tensorflow'),
  'precision',
  () => {
    expectNoLeaks();

    it('in bfloat16 learns the same as in float32, but for rounding', async () => {
      const [exact, rounded] = [await trained({}), await trained({ precision: 'bfloat16' })];
      expect(rounded.weights).not.toEqual(exact.weights);
      expect(Math.abs(rounded.loss - exact.loss)).toBeLessThan(0.02 * exact.loss);
      const difference = rounded.weights.map((weight, i) => weight - exact.weights[i]!);
      expect(Math.hypot(...difference) / Math.hypot(...exact.weights)).toBeLessThan(0.05);
    });

    it('in float32 is the default, bit for bit', async () => {
      expect((await trained({ precision: 'float32' })).weights).toEqual((await trained({})).weights);
    });
  },
);

describeOn(['cpu', 'wasm'], 'precision', () => {
  it('in bfloat16 is refused, before anything is changed, where the backend has none', async () => {
    const model = tinyCnn(1, 0);
    const before = weightsOf(model);
    const run = () => train(model, squares(14), { ...OPTIONS, precision: 'bfloat16' });
    await expect(run()).rejects.toThrow(InputError);
    await expect(run()).rejects.toThrow(/received 'bfloat16' on (cpu|wasm).*tfjs-node/s);
    expect(weightsOf(model)).toEqual(before);
    model.dispose();
    expect(tf.memory().numTensors).toBe(0);
  });

  it('of another name is refused', async () => {
    const model = tinyCnn(1, 0);
    const run = train(model, squares(14), { ...OPTIONS, precision: 'float16' as never });
    await expect(run).rejects.toThrow(/train: precision.*float32.*bfloat16/s);
    model.dispose();
  });
});
