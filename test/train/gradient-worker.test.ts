import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { batches } from '../../src/data/batches';
import { createGradientWorker, type GradientPart } from '../../src/train/gradient-worker';
import { describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn } from '../support/tiny';

describeOn(['cpu'], 'createGradientWorker', () => {
  expectNoLeaks();

  it('leaves nothing behind if the job cannot be done', async () => {
    const model = tinyCnn(1, 0);
    const topology = model.toJSON(null, false) as Record<string, unknown>;
    const loss = { type: 'nonsense' as never };
    const before = tf.memory().numTensors;
    const job = { topology, loss, precision: 'float32' as const, weights: model.countParams(), means: 99 };
    await expect(createGradientWorker(job)).rejects.toThrow(InputError);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it('writes the gradient where it is told to, if there is room', async () => {
    const model = tinyCnn(1, 0);
    const [count, topology] = [model.countParams(), model.toJSON(null, false) as Record<string, unknown>];
    const weights = Float32Array.from(model.getWeights().flatMap((tensor) => [...tensor.dataSync()]));
    const worker = await createGradientWorker({ topology, loss: {}, precision: 'float32', weights: count, means: 99 });
    const [batch] = batches(squares(7), { batchSize: 7 });
    const [, height, width] = model.inputs[0]!.shape as [null, number, number];
    const preprocessing = { ...DEFAULT_PREPROCESSING, inputSize: [height, width] as const };
    const part: GradientPart = {
      weights,
      batch: batch!,
      preprocessing,
      key: [1],
      first: 0,
      batchSize: 7,
      reduce: (x) => x,
    };

    const own = await worker.gradients(part);
    const into = new Float32Array(new SharedArrayBuffer(4 * count));
    const shared = await worker.gradients({ ...part, into });
    expect(shared.gradients).toBe(into);
    expect(own.gradients.some((value) => value !== 0)).toBe(true);
    expect([...into.subarray(0, own.gradients.length)]).toEqual([...own.gradients]);

    const short = worker.gradients({ ...part, into: new Float32Array(own.gradients.length - 1) });
    await expect(short).rejects.toThrow(InputError);
    await expect(short).rejects.toThrow(/into: expected room for \d+ numbers, received for \d+/);
    worker.dispose();
    model.dispose();
  });
});
