import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as vue from 'vue';
import {
  classify,
  cropFaces,
  Dataset,
  evaluate,
  fromTensors,
  loadClassifier,
  loadImage,
  predict,
  preprocess,
  Random,
  saveModel,
  train,
} from '../../src';
import { explain } from '../../src/explain';
import { useBackend } from '../support/backends';

/** Vue's, whose type would lose the private members of classes. */
const reactive = vue.reactive as <T extends object>(value: T) => T;

describe("inside Vue's reactive state", () => {
  const card = { classNames: 'fer2013', pixels: '0..1' } as const;
  const image = { data: Uint8Array.from({ length: 48 * 48 }, (_, i) => i % 256), width: 48, height: 48 };
  const images = Uint8Array.from({ length: 4 * 48 * 48 }, (_, i) => (i * i) % 251);
  const dataset = new Dataset({ images, labels: Uint8Array.of(0, 1, 2, 3), splits: Uint8Array.of(0, 0, 1, 2) });
  let model: tfl.LayersModel;

  beforeAll(async () => {
    await useBackend('cpu');
    const layers = [
      tfl.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [48, 48, 1] }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 7, activation: 'softmax' }),
    ];
    model = tfl.sequential({ layers });
  });
  afterAll(() => void model.dispose());

  it('a classifier works as outside', async () => {
    const classifier = await loadClassifier({ model, card });
    const wrapped = reactive({ classifier }).classifier;
    expect(await wrapped.classify(image)).toEqual(await classifier.classify(image));
    expect(await wrapped.probabilities(reactive(image))).toEqual(await classifier.probabilities(image));
    expect(wrapped.isDisposed).toBe(false);
    wrapped.dispose();
    expect([wrapped.isDisposed, classifier.isDisposed]).toEqual([true, true]);
    await expect(wrapped.classify(image)).rejects.toThrow('received one that was disposed of');
  });

  it('a data set works as outside', async () => {
    const wrapped = reactive({ dataset }).dataset;
    expect(wrapped.where('Training').images).toEqual(dataset.where('Training').images);
    expect(wrapped.withoutRows([2]).labels).toEqual(Uint8Array.of(0, 2, 3));
    expect(wrapped.folds({ folds: 2 }).map(({ held }) => held.size)).toEqual([2, 2]);
    expect(wrapped.concat(wrapped).size).toBe(8);
    const options = { preprocessing: '0..1' } as const;
    expect(await predict(model, wrapped, options)).toEqual(await predict(model, dataset, options));
  });

  it('a random generator gives the same numbers', () => {
    const [wrapped, plain] = [reactive(new Random(5)), new Random(5)];
    expect([wrapped.next(), wrapped.integer(100)]).toEqual([plain.next(), plain.integer(100)]);
  });

  const REMEDY =
    /a reactive wrapper, or of another copy of tfjs\. In Vue, keep it in markRaw\(x\) or shallowRef\(x\), not in ref\(x\)/;

  it('a model is refused with the way out, and unchanged', async () => {
    const wrapped = reactive({ model }).model;
    const weights = () => model.getWeights().map((weight) => Array.from(weight.dataSync()));
    const before = weights();
    for (const call of [
      () => loadClassifier({ model: wrapped, card }),
      () => saveModel('nowhere', wrapped, { card }),
      () => predict(wrapped, dataset, { preprocessing: '0..1' }),
      () => evaluate(wrapped, dataset, { preprocessing: '0..1', classNames: 'fer2013' }),
      () => train(wrapped, dataset, { epochs: 1 }),
      () => explain({ model: wrapped, card }, image),
    ]) {
      await expect(call()).rejects.toThrow(REMEDY);
    }
    expect(weights()).toEqual(before);
    expect(await predict(model, dataset, { preprocessing: '0..1' })).toHaveLength(28);
  });

  it('a model works where the error says that it does', async () => {
    const options = { preprocessing: '0..1' } as const;
    const expected = await predict(model, dataset, options);
    await expect(predict(vue.ref(model).value as tfl.LayersModel, dataset, options)).rejects.toThrow(REMEDY);
    const kept = reactive({ model: vue.markRaw(tfl.sequential({ layers: model.layers })) });
    for (const each of [vue.shallowRef(model).value, kept.model]) {
      expect(await predict(each, dataset, options)).toEqual(expected);
    }
  });

  it('a tensor is refused with the way out', async () => {
    const [photo, batch, ys] = [
      tf.zeros<tf.Rank.R3>([48, 48, 1]),
      tf.zeros<tf.Rank.R4>([2, 48, 48, 1]),
      tf.zeros<tf.Rank.R2>([2, 7]),
    ];
    const wrapped = reactive({ photo, batch });
    await expect(classify(wrapped.photo)).rejects.toThrow(REMEDY); // which loads the shared classifier
    const tensors = tf.memory().numTensors;
    await expect(loadImage(wrapped.photo)).rejects.toThrow(REMEDY);
    await expect(fromTensors(wrapped.batch, ys)).rejects.toThrow(REMEDY);
    expect(() => preprocess(wrapped.batch)).toThrow(REMEDY);
    expect(() => cropFaces(wrapped.photo, [{ box: { x: 0, y: 0, width: 9, height: 9 } }])).toThrow(REMEDY);
    expect(tf.memory().numTensors).toBe(tensors);
    tf.dispose([photo, batch, ys]);
  });
});
