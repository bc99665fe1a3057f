import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import { InputError, WeightsError } from '../../src/errors';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { EMOTIONS } from '../../src/labels';
import { createShallowCnn } from '../../src/models/shallow';
import { useBackend } from '../support/backends';
import { TINY_CARD, tinyModel, tinyProbabilities } from './tiny';

const picture = { data: Uint8Array.of(0, 0, 255, 0), width: 2, height: 2 };

/** A handler that loads a tiny model from memory, as one for files or IndexedDB would. */
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
  it('takes a model without weights', async () => {
    const layers = [tfl.layers.flatten({ inputShape: [1, 2, 1] }), tfl.layers.softmax()];
    const model = tfl.sequential({ layers });
    const classifier = await loadClassifier({ model, card: { classNames: ['left', 'right'], pixels: '0..1' } });
    const probabilities = await classifier.probabilities({ data: Uint8Array.of(0, 255), width: 2, height: 1 });
    expect(probabilities).toBeAllClose([1 / (1 + Math.E), Math.E / (1 + Math.E)], { atol: 1e-6 }); // softmax of 0 and 1
    classifier.dispose();
    expect(classifier.isDisposed).toBe(true);
  });

  it.each([
    ['shared', (bytes: ArrayBuffer) => new SharedArrayBuffer(bytes.byteLength)],
    ['resizable', (bytes: ArrayBuffer) => Reflect.construct(ArrayBuffer, [bytes.byteLength, { maxByteLength: 1e4 }])],
  ] as const)('takes weights in a %s buffer', async (_kind, makeBuffer) => {
    const { load } = await handler();
    const artifacts = await load!();
    const bytes = tf.io.CompositeArrayBuffer.join(artifacts.weightData);
    const weightData = makeBuffer(bytes) as ArrayBuffer;
    new Uint8Array(weightData).set(new Uint8Array(bytes));
    const source = { load: async () => ({ ...artifacts, weightData }) };
    const classifier = await loadClassifier(source, { card: TINY_CARD });
    expect(await classifier.probabilities(picture)).toBeAllClose(tinyProbabilities([0, 0, 255, 0]), { atol: 1e-5 });
    classifier.dispose();
  });

  it('loads through a handler, and dispose() frees what it loaded', async () => {
    const source = await handler();
    const before = tf.memory().numTensors;
    const classifier = await loadClassifier(source, { card: TINY_CARD });
    expect(classifier.card).toMatchObject({ name: 'tiny', classNames: EMOTIONS });
    expect(classifier.model).toBeInstanceOf(tfl.LayersModel);
    expect(await classifier.probabilities(picture)).toBeAllClose(tinyProbabilities([0, 0, 255, 0]), { atol: 1e-5 });
    classifier.dispose();
    classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('asks for class names and pixels of other models', async () => {
    const model = tinyModel();
    const loading = loadClassifier({ model });
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(/^loadClassifier: card: .*Pass classNames: 'alphabetical', .*, and pixels: /);
    const card = { classNames: 'alphabetical', pixels: '0..1' } as const;
    const classifier = await loadClassifier({ model, card });
    expect(classifier.card).toMatchObject({ preprocessing: { inputSize: [2, 2], mean: 0, std: 1 } });
    expect(await classifier.classify(picture, { topk: 1 })).toMatchObject([{ className: 'fear' }]);
    model.dispose();
  });

  it('needs no card for a model of this package, and does not dispose of it', async () => {
    const classNames = ['bored', 'engaged', 'confused'];
    const model = createShallowCnn({ inputSize: [8, 8], conv: { filters: [2, 2] }, dense: { units: [3] }, classNames });
    const classifier = await loadClassifier({ model });
    const { mean, std } = DEFAULT_PREPROCESSING;
    expect(classifier.card).toMatchObject({
      classNames,
      architecture: 'shallow',
      preprocessing: { inputSize: [8, 8], mean, std },
    });
    expect(await classifier.classify(picture)).toHaveLength(3);
    classifier.dispose();
    expect(model.weights[0]!.read().isDisposed).toBe(false);
    model.dispose();
  });

  it('names the classes by the card', async () => {
    const model = tinyModel();
    const classNames = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const classifier = await loadClassifier({ model, card: { ...TINY_CARD, classNames } });
    expect(await classifier.classify(picture, { topk: 1 })).toMatchObject([{ className: 'c' }]);
    model.dispose();
  });

  it('asks whether the outputs of a linear head are logits, and then applies a softmax', async () => {
    const model = tinyModel(4, 'linear');
    await expect(loadClassifier({ model, card: TINY_CARD })).rejects.toThrow(
      /one with a linear output layer.*outputs: 'logits'/,
    );
    const classifier = await loadClassifier({ model, card: { ...TINY_CARD, outputs: 'logits' } });
    expect(await classifier.probabilities(picture)).toBeAllClose(tinyProbabilities([0, 0, 255, 0]), { atol: 1e-5 });
    classifier.dispose();
    model.dispose();
  });

  it('classifies in color with a model that takes three channels', async () => {
    const model = tfl.sequential({
      layers: [
        tfl.layers.globalAveragePooling2d({ inputShape: [2, 2, 3] }),
        tfl.layers.dense({ units: 3, useBias: false, activation: 'softmax' }),
      ],
    });
    const kernel = tf.eye(3);
    model.setWeights([kernel]);
    const card = { classNames: ['red', 'green', 'blue'], pixels: '0..1' } as const;
    const classifier = await loadClassifier({ model, card });
    expect(classifier.card.preprocessing).toEqual({ inputSize: [2, 2], channels: 3, mean: 0, std: 1 });
    const colored = tf.tile(tf.tensor3d([51, 102, 255], [1, 1, 3]), [4, 4, 1]) as tf.Tensor3D;
    // By hand: exp of 0.2, 0.4 and 1 over their sum
    const expected = [0.2242, 0.2739, 0.499].map((value) => value / 0.9971);
    expect(await classifier.probabilities(colored)).toBeAllClose(expected, { atol: 2e-4 });
    const box = { x: 1, y: 1, width: 2, height: 2 };
    expect(await classifier.probabilities(colored, { box, margin: 0 })).toBeAllClose(expected, { atol: 2e-4 });
    const gray = await classifier.probabilities({ data: Uint8Array.of(7, 7, 7, 7), width: 2, height: 2 });
    expect(gray).toBeAllClose([1 / 3, 1 / 3, 1 / 3], { atol: 1e-5 });
    tf.dispose([colored, kernel]);
    model.dispose();
  });

  it.each<{ what: string; card: unknown; message: RegExp }>([
    {
      what: 'another input size',
      card: { ...TINY_CARD, preprocessing: DEFAULT_PREPROCESSING },
      message: /preprocessing: expected preprocessing for the input \[null, 2, 2, 1\]/,
    },
    {
      what: 'another number of channels',
      card: { ...TINY_CARD, preprocessing: { ...TINY_CARD.preprocessing, channels: 3 } },
      message: /and 3 channels/,
    },
    { what: 'null', card: null, message: /card: expected/ },
    { what: 'too few names', card: { ...TINY_CARD, classNames: ['a', 'b'] }, message: /\[null, 2\]/ },
    { what: 'the same name twice', card: { ...TINY_CARD, classNames: Array(7).fill('a') }, message: /classNames/ },
    { what: 'an unknown order', card: { ...TINY_CARD, classNames: 'random' }, message: /classNames/ },
    { what: 'no preprocessing', card: { ...TINY_CARD, preprocessing: undefined }, message: /scaling of pixels/ },
    {
      what: 'unknown pixels',
      card: { classNames: 'fer2013', pixels: '0..2' },
      message: /pixels: expected one of '0\.\.1'/,
    },
    { what: 'an unknown key', card: { ...TINY_CARD, labels: [] }, message: /the key "labels"/ },
    { what: 'the name of a card', card: 'tiny', message: /an object/ },
  ])('refuses a card with $what and leaves the model alone', async ({ card, message }) => {
    const model = tinyModel();
    const before = tf.memory().numTensors;
    const loading = loadClassifier({ model, card: card as never });
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  it.each([
    { what: 'no network', source: { model: {} }, message: /a built tf\.LayersModel, received an object/ },
    { what: 'a number', source: 3, message: /3/ },
    { what: 'null', source: null, message: /null/ },
  ])('refuses $what', async ({ source, message }) => {
    const loading = loadClassifier(source as never);
    await expect(loading).rejects.toThrow(InputError);
    await expect(loading).rejects.toThrow(message);
  });

  it('lists the bundled models for an unknown name', async () => {
    await expect(loadClassifier('depe')).rejects.toThrow(WeightsError);
    await expect(loadClassifier('depe')).rejects.toThrow(/depe.*The bundled models are/);
  });

  it('refuses options that do not apply to a model in memory', async () => {
    const model = tinyModel();
    const loading = loadClassifier({ model, card: TINY_CARD }, { onProgress: () => undefined });
    await expect(loading).rejects.toThrow(/the key "onProgress"/);
    model.dispose();
  });
});
