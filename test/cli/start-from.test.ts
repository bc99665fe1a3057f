import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepShare, startModel } from '../../src/cli/start-from';
import { FerError } from '../../src/errors';
import { EMOTIONS } from '../../src/labels';
import { createCompactCnn } from '../../src/models/compact';
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

describe('startModel', () => {
  it('copies weights into a model of the same kind', async () => {
    const { model, isNewHead } = await startModel('compact', source, { ...narrow, seed: 9, classNames: EMOTIONS });
    expect(isNewHead).toBe(false);
    expect(answers(model)).toBeAllClose(answers(trained));
    model.dispose();
  });

  it('widens a narrower model to one that answers the same, by a seed', async () => {
    const start = (seed: number) => startModel('compact', source, { ...wide, seed, classNames: EMOTIONS });
    const models = (await Promise.all([start(3), start(3), start(4)])).map(({ model }) => model);
    const [one, two, other] = models.map(answers);
    const fresh = createCompactCnn(wide);
    expect(one).toBeAllClose(answers(trained), { atol: 0.03 }); // copies differ by some 5 %
    expect(answers(fresh)).not.toBeAllClose(answers(trained), { atol: 0.03 });
    expect(one).toEqual(two);
    expect(one).not.toEqual(other);
    [fresh, ...models].forEach((model) => model.dispose());
  });

  it('gives other classes a new output layer on the trained layers', async () => {
    const { model, isNewHead } = await startModel('compact', source, { ...narrow, classNames: ['a', 'b', 'c'] });
    expect(isNewHead).toBe(true);
    expect(model.outputShape).toEqual([null, 3]);
    expect(await model.getWeights()[0]!.data()).toEqual(await trained.getWeights()[0]!.data());
    model.dispose();
  });

  it.each([
    ['another architecture', 'shallow', { conv: { filters: [2, 2] }, dense: { units: [4] } }],
    ['fewer channels', 'compact', { conv: { filters: [4, 6, 6, 6] } }],
  ] as const)('refuses weights for %s, and leaves no tensor', async (_, name, options) => {
    const before = tf.memory().numTensors;
    await expect(startModel(name, source, { ...options, classNames: EMOTIONS })).rejects.toThrow(FerError);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('keepShare', () => {
  it('gives the weighted mean of the weights before and after', async () => {
    const model = createCompactCnn(narrow);
    const before = model.getWeights().map((weight) => tf.clone(weight));
    const first = () => model.getWeights()[0]!.dataSync();
    const values = first();
    tf.tidy(() => model.setWeights(model.getWeights().map((weight) => tf.add(weight, 1))));
    keepShare(model, before, 0.25);
    expect(first()).toBeAllClose(values.map((value) => 0.25 * value + 0.75 * (value + 1)));
    tf.dispose(before);
    model.dispose();
  });
});
