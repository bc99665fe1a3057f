import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepShare, startFrom } from '../../src/cli/start-from';
import { createCompactCnn } from '../../src/models/compact';
import { createShallowCnn } from '../../src/models/shallow';
import { saveModel } from '../../src/storage/save-model';
import { useBackend } from '../support/backends';
import { draftCard } from '../support/cards';

const narrow = { conv: { filters: [4, 6, 6, 8] }, seed: 1 };
const wide = { conv: { filters: [6, 8, 8, 12], dropout: 0.1 }, seed: 2 };
let folder = '';
let trained: LayersModel;
let source = '';

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'fer-cnn-start-'));
  trained = createCompactCnn(narrow);
  source = join(folder, 'narrow');
  await saveModel(source, trained, { card: draftCard(), dtype: 'float32' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const answers = (model: LayersModel) =>
  tf.tidy(() => (model.predict(tf.randomNormal([8, 48, 48, 1], 0, 1, 'float32', 5)) as tf.Tensor).dataSync());

describe('startFrom', () => {
  it('copies weights into a model of the same kind', async () => {
    const model = createCompactCnn({ ...narrow, seed: 9 });
    const { weights } = await startFrom(source, model, 1);
    expect(answers(model)).toBeAllClose(answers(trained));
    tf.dispose(weights);
    model.dispose();
  });

  it('widens a narrower model to one that answers the same, by a seed', async () => {
    const models = [createCompactCnn(wide), createCompactCnn(wide), createCompactCnn(wide)];
    const starts = await Promise.all(models.map((model, i) => startFrom(source, model, i === 2 ? 4 : 3)));
    const [one, two, other] = models.map(answers);
    expect(one).toBeAllClose(answers(trained), { atol: 0.03 }); // copies differ by some 5 %
    expect(answers(createCompactCnn(wide))).not.toBeAllClose(answers(trained), { atol: 0.03 });
    expect(one).toEqual(two);
    expect(one).not.toEqual(other);
    tf.dispose(starts.map(({ weights }) => weights));
    models.forEach((model) => model.dispose());
  });

  it.each([
    ['another architecture', () => createShallowCnn({ conv: { filters: [2, 2] }, dense: { units: [4] } })],
    ['fewer channels', () => createCompactCnn({ conv: { filters: [4, 6, 6, 6] } })],
    ['fewer classes', () => createCompactCnn({ ...narrow, classNames: ['a', 'b'] })],
  ])('refuses weights for %s, and leaves no tensor', async (_, create) => {
    const model = create();
    const before = tf.memory().numTensors;
    await expect(startFrom(source, model, 1)).rejects.toThrow('received those of another one');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});

describe('keepShare', () => {
  it('gives the weighted mean of the weights before and after', async () => {
    const model = createCompactCnn(narrow);
    const start = await startFrom(source, model, 1);
    const first = () => model.getWeights()[0]!.dataSync();
    const before = first();
    tf.tidy(() => model.setWeights(model.getWeights().map((weight) => tf.add(weight, 1))));
    keepShare(model, start, 0.25);
    expect(first()).toBeAllClose(before.map((value) => 0.25 * value + 0.75 * (value + 1)));
    tf.dispose(start.weights);
    model.dispose();
  });
});
