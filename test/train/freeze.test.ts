import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { InputError, TrainingError } from '../../src/errors';
import type { TrainOptions } from '../../src/train/options';
import { memoryCheckpoint } from '../../src/train/checkpoint-store';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks, TRAINING_BACKENDS } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn } from '../support/tiny';

const OPTIONS = {
  epochs: 2,
  batchSize: 7,
  seed: 3,
  augment: { flip: 0.5 },
  optimization: { learningRate: 0.05, weightDecay: 0.1, clipNorm: 5, averaging: 0.9 },
} satisfies TrainOptions;

/** The weights of each layer by its name, as numbers. */
const byLayer = (model: tfl.LayersModel): Record<string, number[]> =>
  Object.fromEntries(
    model.layers
      .filter(({ weights }) => weights.length > 0)
      .map((layer) => [layer.name, layer.getWeights().flatMap((weight) => Array.from(weight.dataSync()))]),
  );

/** Names of the layers whose weights a run changes, and all weights after it. */
async function run(options: Partial<TrainOptions>): Promise<{ changed: string[]; after: Record<string, number[]> }> {
  const model = tinyCnn();
  const before = byLayer(model);
  try {
    await train(model, squares(14), { ...OPTIONS, ...options });
    const after = byLayer(model);
    const isSame = (name: string) => before[name]!.every((value, i) => value === after[name]![i]);
    expect(model.layers.slice(1).every(({ trainable }) => trainable)).toBe(true);
    return { changed: Object.keys(before).filter((name) => !isSame(name)), after };
  } finally {
    model.dispose();
  }
}

describeOn(TRAINING_BACKENDS, 'freeze', () => {
  expectNoLeaks();

  it('keeps the backbone to the last bit, batch norm, decay and average included, and trains the head', async () => {
    const all = ['conv1', 'conv1_bn', 'conv2', 'conv2_bn', 'fc1', 'fc1_bn', 'probabilities'];
    expect((await run({ freeze: 'none' })).changed).toEqual(all);
    expect((await run({ freeze: 'backbone' })).changed).toEqual(['probabilities']);
    expect((await run({ freeze: 'conv2' })).changed).toEqual(['conv2_bn', 'fc1', 'fc1_bn', 'probabilities']);
    expect((await run({ freeze: 'conv2_pool' })).changed).toEqual(['fc1', 'fc1_bn', 'probabilities']);
  });

  it('gives the head the gradient of the features that prediction gives', async () => {
    const model = tinyCnn(1, 0.5); // dropout between the layers, which is off below the head
    const data = squares(7);
    const xs = tf.tidy(() => tf.div(tf.sub(tf.div(tf.tensor4d(Float32Array.from(data.images), [7, 16, 16, 1]), 255), 0.508), 0.254)); // prettier-ignore
    const head = model.getLayer('probabilities');
    const [kernel, bias] = head.getWeights();
    const expected = tf.tidy(() => {
      const outputs = model.predict(xs) as tf.Tensor2D;
      const targets = tf.oneHot(tf.tensor1d([...data.labels], 'int32'), 7);
      const slope = tf.mean(tf.sub(outputs, targets), 0); // of softmax and cross-entropy by the bias
      return Array.from(tf.sub(bias!, tf.mul(slope, 0.1)).dataSync());
    });
    const before = tf.memory().numTensors;
    const optimization = { optimizer: 'sgd', learningRate: 0.1 } as const;
    await train(model, data, { epochs: 1, batchSize: 7, freeze: 'fc1_dropout', optimization });
    expect(tf.memory().numTensors).toBe(before);
    expect(Array.from(head.getWeights()[1]!.dataSync())).toBeAllClose(expected, { atol: 1e-5 });
    tf.dispose(xs);
    expect(kernel!.isDisposed).toBe(false);
    model.dispose();
  });

  it('resumes to the last bit, and refuses a checkpoint of other frozen layers', async () => {
    const freeze = 'conv2_pool';
    const whole = await run({ freeze });
    const store = memoryCheckpoint();
    const halt = new AbortController();
    let steps = 0;
    const onProgress = () => ++steps === 3 && halt.abort(new Error('stop'));
    await expect(run({ freeze, checkpoint: { store }, onProgress, signal: halt.signal })).rejects.toThrow('stop');
    await expect(run({ checkpoint: { store } })).rejects.toThrow(TrainingError);
    await expect(run({ checkpoint: { store } })).rejects.toThrow(/checkpoint of a run with other freeze/);
    expect((await run({ freeze, checkpoint: { store } })).after).toEqual(whole.after);
  });

  it('restores what was trainable before, also after an error', async () => {
    const model = tinyCnn();
    model.getLayer('fc1').trainable = false;
    const type = () => {
      throw new Error('mine');
    };
    await expect(train(model, squares(7), { ...OPTIONS, freeze: 'conv1_pool', loss: { type } })).rejects.toThrow(
      'mine',
    );
    const frozen = model.layers.slice(1).filter(({ trainable }) => !trainable);
    expect(frozen.map(({ name }) => name)).toEqual(['fc1']);
    model.dispose();
  });

  it.each([
    [
      'conv9',
      /freeze: expected 'backbone', 'none' or a layer of the model, received "conv9". Its layers are "image", /,
    ],
    ['probabilities', /freeze: expected a layer before the last one with weights, "probabilities"/],
    ['', /freeze: expected a non-empty string/],
    [3, /freeze: expected a non-empty string, received 3/],
  ])('refuses %j', async (freeze, message) => {
    const model = tinyCnn();
    const before = byLayer(model);
    const training = train(model, squares(7), { ...OPTIONS, freeze: freeze as string });
    await expect(training).rejects.toThrow(InputError);
    await expect(training).rejects.toThrow(message);
    expect(byLayer(model)).toEqual(before);
    model.dispose();
  });
});
