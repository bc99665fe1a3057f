import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Classifier } from '../../src/classify/classifier';
import { loadClassifier } from '../../src/classify/load';
import { DisposedError, InputError } from '../../src/errors';
import { preprocess } from '../../src/image/preprocess';
import { createCompactCnn } from '../../src/models/compact';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { NARROW } from '../support/tiny';
import { TINY_CARD, tinyModel } from './tiny';

const PIXELS = [30, 0, 60, 255];
const picture = { data: Uint8Array.from(PIXELS), width: 2, height: 2, channels: 1 as const };
const scaled = PIXELS.map((value) => value / 255);

describeOn(BACKENDS, 'Classifier.embed', () => {
  expectNoLeaks();
  let classifier: Classifier;
  let model: tfl.LayersModel;

  beforeAll(async () => {
    model = tinyModel();
    classifier = await loadClassifier({ model, card: TINY_CARD });
  });
  afterAll(() => {
    classifier.dispose();
    model.dispose();
  });

  it('returns what the dense layer of the classes receives', async () => {
    const vector = await classifier.embed(picture);
    expect(vector).toBeInstanceOf(Float32Array);
    expect(vector).toBeAllClose(scaled, { atol: 1e-6 });
  });

  it('averages over the views of test-time augmentation, and cuts out a face', async () => {
    const flipped = [scaled[1]!, scaled[0]!, scaled[3]!, scaled[2]!];
    const mean = scaled.map((value, i) => (value + flipped[i]!) / 2);
    expect(await classifier.embed(picture, { views: 'flip' })).toBeAllClose(mean, { atol: 1e-6 });
    const box = { x: 0, y: 0, width: 2, height: 2 };
    const [one, two] = await classifier.embed(picture, { regions: [{ box }, { box }] });
    expect(one).toEqual(two);
    expect(await classifier.embed(picture, { box })).toEqual(one);
  });

  it('returns a vector for each image of a batch, an array and a data set', async () => {
    const batch = tf.tensor4d([...PIXELS, 0, 255, 0, 0], [2, 2, 2, 1]);
    const expected = [scaled, [0, 1, 0, 0]];
    const other = { ...picture, data: Uint8Array.of(0, 255, 0, 0) };
    const images = new Uint8Array([...PIXELS, 0, 255, 0, 0]);
    const data = { images, size: 2, height: 2, width: 2, channels: 1 };
    for (const input of [batch, [picture, other], data]) {
      const vectors = await classifier.embed(input);
      expect(vectors).toHaveLength(2);
      vectors.forEach((vector, i) => expect(vector).toBeAllClose(expected[i]!, { atol: 1e-6 }));
    }
    expect(await classifier.embed([])).toEqual([]);
    batch.dispose();
  });

  it('runs a data set in batches, tells its progress and stops when it is aborted', async () => {
    const images = Uint8Array.from({ length: 150 * 4 }, (_, i) => (i * 37) % 256);
    const data = { images, size: 150, height: 2, width: 2, channels: 1 };
    const done: number[] = [];
    const vectors = await classifier.embed(data, { onProgress: (count) => done.push(count) });
    expect(done).toEqual([64, 128, 150]);
    expect(vectors[149]).toBeAllClose(
      Array.from(images.subarray(596), (value) => value / 255),
      { atol: 1e-6 },
    );
    const { signal, abort } = (() => {
      const controller = new AbortController();
      return { signal: controller.signal, abort: () => controller.abort(new Error('enough')) };
    })();
    await expect(classifier.embed(data, { signal, onProgress: abort })).rejects.toThrow('enough');
  });

  it('gives the same for few images and many, in a model with fused layers', async () => {
    const narrow = createCompactCnn({ ...NARROW.compact, seed: 3 });
    const own = await loadClassifier({ model: narrow });
    const images = tf.randomUniform<tf.Rank.R4>([9, 16, 16, 1], 0, 255, 'float32', 1);
    const average = tfl.model({
      inputs: narrow.inputs,
      outputs: narrow.getLayer('average').output as tfl.SymbolicTensor,
    });
    const expected = tf.tidy(() => average.predict(preprocess(images, own.card.preprocessing)) as tf.Tensor2D);
    const rows = (await expected.array()) as number[][];
    const [many, one] = [await own.embed(images), tf.slice(images, 0, 1)];
    many.forEach((vector, i) => expect(vector).toBeAllClose(rows[i]!, { atol: 1e-4 }));
    expect((await own.embed(one))[0]).toBeAllClose(rows[0]!, { atol: 1e-4 });
    expect((await own.probabilities(images))[0]).toHaveLength(7); // the head is back
    tf.dispose([images, expected, one, narrow.weights.map((weight) => weight.read())]);
    own.dispose();
  });

  it('finds the head in a nested model, and before an activation of its own', async () => {
    const inner = tinyModel(4, 'linear');
    const nested = tfl.sequential({
      layers: [tfl.layers.reshape({ targetShape: [2, 2, 1], inputShape: [2, 2, 1] }), inner, tfl.layers.softmax()],
    });
    const own = await loadClassifier({ model: nested, card: TINY_CARD });
    expect(await own.embed(picture)).toBeAllClose(scaled, { atol: 1e-6 });
    own.dispose();
    tf.dispose(inner.weights.map((weight) => weight.read()));
  });

  it('refuses a model that does not end in a dense layer, data whose arrays do not match, and places in several images', async () => {
    const pooled = tfl.sequential({
      layers: [
        tfl.layers.conv2d({ filters: 7, kernelSize: 1, inputShape: [2, 2, 1] }),
        tfl.layers.globalAveragePooling2d({}),
        tfl.layers.softmax(),
      ],
    });
    const own = await loadClassifier({ model: pooled, card: TINY_CARD });
    await expect(own.embed(picture)).rejects.toThrow(/^embed: model: expected a model that ends in a dense layer, rec/);
    own.dispose();
    pooled.dispose();
    const wrong = { images: new Uint8Array(7), size: 2, height: 2, width: 2, channels: 1 };
    await expect(classifier.embed(wrong)).rejects.toThrow('expected 2 × 2 × 2 × 1 pixels, received 7 values');
    const box = { x: 0, y: 0, width: 2, height: 2 };
    await expect(classifier.embed([picture], { box })).rejects.toThrow(InputError);
    await expect(classifier.embed(picture, { topk: 1 } as object)).rejects.toThrow(InputError);
  });

  it('rejects after dispose', async () => {
    const own = await loadClassifier({ model, card: TINY_CARD });
    own.dispose();
    await expect(own.embed(picture)).rejects.toThrow(DisposedError);
  });
});
