import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { DisposedError, InputError, WeightsError } from '../../src/errors';
import { factsOf } from '../../src/models/known-facts';
import { createModel, type TransferOptions } from '../../src/storage/create-model';
import { loadModel } from '../../src/storage/load-model';
import { describeOn, expectNoLeaks, TRAINING_BACKENDS, useBackend } from '../support/backends';
import { NARROW, weightsOf } from '../support/tiny';

const CLASSES = ['bored', 'confused', 'engaged'];
const numbers = (weights: readonly tf.Tensor[]) => weights.map((weight) => Array.from(weight.dataSync()));

/** A narrow trained model, in memory. */
const narrow = (options: object = {}) => createModel('compact', { ...NARROW.compact, seed: 5, ...options });

describeOn(TRAINING_BACKENDS, 'createModel with weights', () => {
  expectNoLeaks();

  it('has the trained backbone and a new head by its seed', async () => {
    const trained = narrow();
    const create = (seed: number) =>
      createModel('compact', { ...NARROW.compact, weights: { model: trained }, classNames: CLASSES, seed });
    const models = await Promise.all([create(1), create(1), create(2)]);
    const untrained = createModel('compact', { ...NARROW.compact, classNames: CLASSES, seed: 2 });
    for (const model of models) {
      for (const layer of trained.layers.filter(({ name }) => name !== 'probabilities')) {
        expect(numbers(model.getLayer(layer.name).getWeights())).toEqual(numbers(layer.getWeights()));
      }
      expect(model.outputs[0]!.shape).toEqual([null, 3]);
      expect(factsOf(model).classNames).toEqual(CLASSES);
    }
    const head = (model: tfl.LayersModel) => numbers(model.getLayer('probabilities').getWeights());
    expect(head(models[0]!)).toEqual(head(models[1]!));
    expect(head(models[0]!)).not.toEqual(head(models[2]!));
    expect(head(models[2]!)).toEqual(head(untrained));
    trained.dispose(); // the copies live on
    expect(weightsOf(models[0]!).every(Number.isFinite)).toBe(true);
    for (const model of [...models, untrained]) model.dispose();
  });

  it('has the head too if the classes are the same', async () => {
    const trained = narrow();
    const model = await createModel('compact', { ...NARROW.compact, weights: { model: trained }, seed: 9 });
    expect(weightsOf(model)).toEqual(weightsOf(trained));
    trained.dispose();
    model.dispose();
  });
});

describe('createModel with weights', () => {
  beforeAll(() => useBackend('wasm'));
  expectNoLeaks();

  it.each(['compact', 'shallow', 'deep'] as const)(
    'takes the bundled weights, and their scaling of pixels: %s',
    async (name) => {
      const { model: trained, card } = await loadModel(name);
      const network = { shallow: {}, deep: {}, compact: { inputSize: [56, 40] as const } }[name];
      const model = await createModel(name, { weights: name, classNames: CLASSES, ...network });
      const { mean, std } = card.preprocessing;
      expect(factsOf(model).preprocessing).toMatchObject({ mean, std, inputSize: network.inputSize ?? [48, 48] });
      expect(numbers(model.getLayer('conv1').getWeights())).toEqual(numbers(trained.getLayer('conv1').getWeights()));
      trained.dispose();
      model.dispose();
    },
  );

  it.each<[string, () => Promise<tfl.LayersModel>, new (...args: never[]) => Error, RegExp]>([
    ['an unknown name', () => createModel('resnet' as 'deep', { weights: 'deep' }), InputError, /createModel: name/],
    ['a misspelled option', () => createModel('compact', { weights: 'compact', names: [] } as never), InputError, /the key "names"/],
    ['weights of another model', () => createModel('shallow', { weights: 'compact', classNames: CLASSES }), WeightsError, /createModel: weights: 'conv2\/kernel'|createModel: weights: 'fc1\/kernel': expected shape/],
    ['weights of other sizes', () => createModel('compact', { ...NARROW.compact, weights: 'compact' }), WeightsError, /'conv1\/kernel': expected shape \[3, 3, 1, 2\], received shape \[3, 3, 1, 32\]. Use weights of a compact model/],
    ['no source', () => createModel('compact', { weights: 7 } as unknown as TransferOptions), InputError, /loadModel: source/],
    ['no model in memory', () => createModel('compact', { weights: { model: {} } } as unknown as TransferOptions), InputError, /createModel: weights: expected a built tf.LayersModel/],
  ])('refuses %s', async (_title, create, type, message) => {
    const before = tf.memory().numTensors;
    const error = await create().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
    expect(tf.memory().numTensors).toBe(before);
  }); // prettier-ignore

  it('asks for class names where the weights have others, and refuses a model that was disposed of', async () => {
    const trained = narrow({ classNames: CLASSES });
    const options = { ...NARROW.compact, weights: { model: trained } };
    await expect(createModel('compact', options)).rejects.toThrow(/classNames: expected class names.*loadModel/);
    trained.dispose();
    await expect(createModel('compact', { ...options, classNames: CLASSES })).rejects.toThrow(DisposedError);
  });
});
