import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import { InputError, WeightsError } from '../../src/errors';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { EMOTIONS } from '../../src/labels';
import { useBackend } from '../support/backends';
import { TINY_CARD, tinyModel, tinyProbabilities } from './tiny';

const picture = { data: Uint8Array.of(0, 0, 255, 0), width: 2, height: 2 };

/** A handler that loads a tiny network from memory, as one for files or IndexedDB would. */
async function handler(): Promise<tf.io.IOHandler> {
  const model = tinyModel();
  let artifacts: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
  return { load: async () => artifacts };
}

beforeAll(() => useBackend('cpu'));

describe('loadClassifier', () => {
  it('loads through a handler, and dispose() frees what it loaded', async () => {
    const source = await handler();
    const before = tf.memory().numTensors;
    const classifier = await loadClassifier(source, { card: TINY_CARD });
    expect(classifier.card).toMatchObject({ name: 'tiny', labels: EMOTIONS });
    expect(classifier.model).toBeInstanceOf(tfl.LayersModel);
    expect(await classifier.probabilities(picture)).toBeAllClose(tinyProbabilities([0, 0, 255, 0]), { atol: 1e-5 });
    classifier.dispose();
    classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes a network in memory without a card as one for FER2013', async () => {
    const model = tfl.sequential({
      name: 'fresh',
      layers: [tfl.layers.flatten({ inputShape: [48, 48, 1] }), tfl.layers.dense({ units: 7, activation: 'softmax' })],
    });
    const { card } = await loadClassifier({ model });
    expect(card).toEqual({
      name: 'fresh',
      architecture: 'fresh',
      labels: EMOTIONS,
      preprocessing: DEFAULT_PREPROCESSING,
    });
    model.dispose();
  });

  it('names the classes by the labels of the card', async () => {
    const model = tinyModel();
    const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const classifier = await loadClassifier({ model, card: { ...TINY_CARD, labels } });
    expect(await classifier.classify(picture, { topk: 1 })).toMatchObject([{ className: 'c' }]);
    model.dispose();
  });

  it.each([
    {
      what: 'another input size',
      card: { ...TINY_CARD, preprocessing: DEFAULT_PREPROCESSING },
      message: /\[null,48,48,1\]/,
    },
    { what: 'null', card: null, message: /card: expected/ },
    { what: 'too few labels', card: { ...TINY_CARD, labels: ['a', 'b'] }, message: /\[null,2\]/ },
    { what: 'the same label twice', card: { ...TINY_CARD, labels: Array(7).fill('a') }, message: /labels/ },
    { what: 'no preprocessing', card: { ...TINY_CARD, preprocessing: undefined }, message: /preprocessing/ },
    { what: 'the name of a card', card: 'tiny', message: /an object/ },
  ])('refuses a card with $what and leaves the network alone', async ({ card, message }) => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    const loading = loadClassifier({ model, card: card as never });
    await expect(loading).rejects.toThrow(WeightsError);
    await expect(loading).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it.each([
    { what: 'no network', source: { model: {} }, message: /a tf\.LayersModel, received an object/ },
    { what: 'an unknown name', source: 'depe', message: /depe/ },
    { what: 'a number', source: 3, message: /3/ },
    { what: 'null', source: null, message: /null/ },
  ])('refuses $what', async ({ source, message }) => {
    const loading = loadClassifier(source as never);
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(message);
  });

  it('refuses options that a network in memory has no use for', async () => {
    const model = tinyModel();
    const loading = loadClassifier({ model, card: TINY_CARD }, { onProgress: () => undefined });
    await expect(loading).rejects.toThrow(/the option "onProgress"/);
    model.dispose();
  });
});
