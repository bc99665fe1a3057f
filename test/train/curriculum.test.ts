import type * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createCompactCnn } from '../../src/models/compact';
import { memoryCheckpoint } from '../../src/train/checkpoint-store';
import { augmentationByEpoch, preprocessingIn } from '../../src/train/curriculum';
import type { TrainOptions } from '../../src/train/options';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn, weightsOf } from '../support/tiny';

const FULL = { inputSize: [48, 48], mean: 0.5, std: 0.25 } as const;
const SIZES = [
  { until: 0.4, size: 32 },
  { until: 0.7, size: 40 },
];
const compact = () => createCompactCnn({ conv: { filters: [4, 6], repeats: 2 }, inputSize: [16, 16], seed: 1 });

describeOn(['wasm'], 'curriculum', () => {
  expectNoLeaks();

  it('gives each epoch its size, and the full size after the last phase', () => {
    const sizes = Array.from(
      { length: 10 },
      (_, epoch) => preprocessingIn(epoch, 10, { sizes: SIZES }, FULL).inputSize[0],
    );
    expect(sizes).toEqual([32, 32, 32, 32, 40, 40, 40, 48, 48, 48]);
    expect(preprocessingIn(0, 10, { sizes: [] }, FULL)).toBe(FULL);
  });

  it('mixes pictures up to the epoch at which mixup ends', () => {
    const augment = augmentationByEpoch({ flip: 0.5, mixup: 0.2 }, 4, { mixupUntil: 0.5 });
    expect(augment(0)).toBe(augment(1));
    expect(augment(1)).not.toBe(augment(2));
    const own = () => {};
    expect(augmentationByEpoch(own, 4, {})(3)).toBe(own);
  });

  it('trains on pictures of the curriculum, and stops and resumes within it to the last bit', async () => {
    const seen: number[] = [];
    const options: TrainOptions = {
      epochs: 4,
      batchSize: 14,
      augment: { flip: 0.5, mixup: 0.2 },
      curriculum: { sizes: [{ until: 0.5, size: 8 }], mixupUntil: 0.75 },
      optimization: { learningRate: 0.02 },
    };
    const run = async (stop: number) => {
      const model = compact();
      const apply = model.apply.bind(model);
      model.apply = (x, kwargs) => (seen.push((x as tf.Tensor).shape[1]!), apply(x, kwargs));
      const store = memoryCheckpoint();
      const halt = new AbortController();
      let steps = 0;
      const onProgress = () => ++steps === stop && halt.abort(new Error('stop'));
      const first = train(model, squares(28), { ...options, checkpoint: { store }, onProgress, signal: halt.signal });
      if (stop < 8) {
        await expect(first).rejects.toThrow('stop');
        await train(model, squares(28), { ...options, checkpoint: { store } });
      }
      await first.catch(() => {});
      const weights = weightsOf(model);
      model.dispose();
      return weights;
    };
    const whole = await run(Infinity);
    expect(seen).toEqual([8, 8, 8, 8, 8, 16, 16, 16, 16]); // the first is the check before the run
    expect(await run(3)).toEqual(whole);
  });

  it('refuses a network that takes one size only, before anything is changed', async () => {
    const model = tinyCnn();
    const before = weightsOf(model);
    const options = { epochs: 2, curriculum: { sizes: [{ until: 0.5, size: 8 }] } };
    await expect(train(model, squares(14), options)).rejects.toThrow(
      /train: curriculum\.sizes: expected a model that takes images of any size.* received an error for images of 8×8/,
    );
    expect(weightsOf(model)).toEqual(before);
    model.dispose();
  });

  it.each([
    [{ sizes: 32 }, /curriculum\.sizes: expected an array/],
    [
      {
        sizes: [
          { until: 0.5, size: 32 },
          { until: 0.4, size: 40 },
        ],
      },
      /sizes\[1\]\.until: expected .* 0\.5\.\.1/,
    ],
    [{ sizes: [{ until: 0.5, size: 0 }] }, /sizes\[0\]\.size: expected an integer/],
    [{ phases: [] }, /the key "phases"/],
    [{ mixupUntil: 0.9 }, /mixupUntil: expected augment to be an object with mixup/],
  ])('refuses %j', async (curriculum, message) => {
    const model = compact();
    await expect(train(model, squares(14), { epochs: 2, curriculum } as TrainOptions)).rejects.toThrow(message);
    model.dispose();
  });
});
