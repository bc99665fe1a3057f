import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { LabeledImages } from '../../src/data/batches';
import { exportKeras } from '../../src/interchange/keras-export';
import { importKeras } from '../../src/interchange/keras-import';
import { traitsOf } from '../../src/models/traits';
import { suggestCard } from '../../src/interchange/suggest-card';
import { EMOTIONS } from '../../src/labels';
import { loadFer2013 } from '../../src/data/fer2013';
import { Random } from '../../src/random';
import { loadModel } from '../../src/storage/load-model';
import { BACKENDS, expectNoLeaks, useBackend } from '../support/backends';
import { FER2013_PATH } from '../support/real-data';
import { free } from './fixtures';

const ALPHABETICAL = EMOTIONS.toSorted();

/**
 * Gray images whose brightness tells their class, ten of each: class i has 20 + 30 i of 255, and noise.
 * A {@link brightnessModel} knows them.
 */
function shades(channels = 1, classes = 7): LabeledImages {
  const [size, side, random] = [10 * classes, 6, new Random(3)];
  const labels = Uint8Array.from({ length: size }, (_, i) => i % classes);
  const images = Uint8Array.from({ length: size * side * side * channels }, (_, i) => {
    const image = Math.floor(i / (side * side * channels));
    return 20 + 30 * labels[image]! + Math.round(random.uniform(-9, 9));
  });
  const rest = { targets: undefined, sampleWeights: undefined, height: side, width: side };
  return { images, labels, size, channels, numClasses: classes, ...rest };
}

/**
 * A model that classifies {@link shades}, with its outputs in an order and its pixels scaled to (x / 255 - mean) / std. Logit of the class with the
 * brightness b: -(x - b)² / 2 t without x², which is the same for all: (x b - b² / 2) / t.
 */
function brightnessModel(
  order: readonly string[],
  mean: number,
  std: number,
  last: 'softmax' | 'linear' = 'softmax',
  channels = 1,
) {
  const input = tfl.input({ shape: [6, 6, channels] });
  const pooled = tfl.layers.globalAveragePooling2d({}).apply(input);
  const dense = tfl.layers.dense({ units: order.length, activation: last });
  const model = tfl.model({ inputs: input, outputs: dense.apply(pooled) as tfl.SymbolicTensor });
  const levels = order.map((name) => ((20 + 30 * EMOTIONS.indexOf(name as 'sad')) / 255 - mean) / std);
  const kernel = Array.from({ length: channels }, () => levels.map((b) => (b * std * std) / 0.002 / channels));
  tf.tidy(() => dense.setWeights([tf.tensor2d(kernel), tf.tensor1d(levels.map((b) => (-b * b * std * std) / 0.004))]));
  return model;
}

describe('suggestCard', () => {
  beforeAll(() => useBackend('cpu'));
  expectNoLeaks();

  it.each([
    ['alphabetical', ALPHABETICAL, '0..1', 0, 1],
    ['fer2013', EMOTIONS, 'fer2013', 0.508, 0.254],
    ['raf-db', ['surprise', 'fear', 'disgust', 'happy', 'sad', 'angry', 'neutral'], '-1..1', 0.5, 0.5],
    ['affectnet', ['neutral', 'happy', 'sad', 'surprise', 'fear', 'disgust', 'angry'], '0..255', 0, 1 / 255],
  ] as const)('finds the order %s and its scaling', async (order, classNames, pixels, mean, std) => {
    const model = brightnessModel(classNames, mean, std);
    const found = await suggestCard(model, shades());
    expect(found).toMatchObject({
      order,
      classNames,
      pixels,
      accuracy: 1,
      outputs: 'probabilities',
      warning: undefined,
    });
    expect(found.preprocessing).toEqual({ inputSize: [6, 6], mean, std: std });
    expect(found.candidates[0]).toMatchObject({ classNames, pixels, accuracy: 1 });
    expect(found.candidates).toHaveLength(10);
    expect(found.candidates.map(({ accuracy }) => accuracy)).toEqual(
      found.candidates.map(({ accuracy }) => accuracy).toSorted((a, b) => b - a),
    );
    model.dispose();
  });

  it('takes logits for what they are', async () => {
    const model = brightnessModel(ALPHABETICAL, 0, 1, 'linear');
    expect(await suggestCard(model, shades())).toMatchObject({
      order: 'alphabetical',
      pixels: '0..1',
      outputs: 'logits',
    });
    model.dispose();
  });

  it.each([
    [3, 1],
    [3, 3],
    [1, 3],
  ])('classifies with a model of %i channels images of %i', async (ours, theirs) => {
    const model = brightnessModel(ALPHABETICAL, 0, 1, 'softmax', ours);
    expect(await suggestCard(model, shades(theirs))).toMatchObject({
      order: 'alphabetical',
      pixels: '0..1',
      accuracy: 1,
    });
    model.dispose();
  });

  it('finds which classes a model has that lacks some', async () => {
    const classNames = ['angry', 'fear', 'happy', 'neutral', 'surprise']; // disgust and sad are as near to one neighbour as to the other
    const model = brightnessModel(classNames, 0, 1);
    const found = await suggestCard(model, shades());
    expect(found).toMatchObject({ order: 'alphabetical', classNames, pixels: '0..1', accuracy: 1 });
    model.dispose();
  });

  it('fits an order that is none of the usual ones, and says so', async () => {
    const classNames = ['sad', 'angry', 'surprise', 'neutral', 'fear', 'happy', 'disgust'];
    const model = brightnessModel(classNames, 0, 1);
    const found = await suggestCard(model, shades());
    expect(found).toMatchObject({ order: 'fitted', classNames, pixels: '0..1', accuracy: 1 });
    expect(found.warning).toMatch(/^No usual order fits: .* Check it on other images\.$/);
    model.dispose();
  });

  it('warns where nothing fits, or the best hardly better than the next', async () => {
    const [constant, few] = [brightnessModel(ALPHABETICAL, 0, 1), brightnessModel(ALPHABETICAL, 0, 1)];
    tf.tidy(() => constant.layers[2]!.setWeights([tf.zeros([1, 7]), tf.zeros([7])]));
    expect((await suggestCard(constant, shades())).warning).toMatch(/^Nothing fits: .* hardly better than chance/);
    const two = shades();
    const first = { ...two, size: 3, images: two.images.slice(0, 3 * 36), labels: two.labels.slice(0, 3) };
    expect((await suggestCard(few, first)).warning).toMatch(/^(Not clear|Nothing fits): /);
    constant.dispose();
    few.dispose();
  });

  it('takes other class names, and calls the order of the data set by that name', async () => {
    const model = brightnessModel(['angry', 'disgust', 'fear'], 0, 1);
    const classNames = ['wink', 'blink', 'stare'];
    const found = await suggestCard(model, shades(1, 3), { classNames, batchSize: 7 });
    expect(found).toMatchObject({ order: 'data set', classNames, accuracy: 1 });
    model.dispose();
  });

  it('refuses models and data that do not fit, and ends when it is told', async () => {
    const model = brightnessModel(ALPHABETICAL, 0, 1);
    const flat = tfl.sequential({ layers: [tfl.layers.dense({ units: 7, inputShape: [4] })] });
    await expect(suggestCard(flat, shades())).rejects.toThrow('suggestCard: model: expected one input [null, height');
    await expect(suggestCard(model, shades(1, 3))).rejects.toThrow(
      'suggestCard: classNames: expected 3 different names',
    );
    await expect(suggestCard(model, { ...shades(), labels: new Uint8Array(70).fill(255) })).rejects.toThrow(
      'received none',
    );
    await expect(suggestCard(model, { ...shades(), labels: new Uint8Array(70).fill(9) })).rejects.toThrow(
      '9 at index 0',
    );
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(suggestCard(model, shades(), { signal })).rejects.toThrow('enough');
    model.dispose();
    flat.dispose();
  });
});

/** Our compact model as someone else would have saved it: outputs in the order of sorted names, and pixels divided by 255. */
async function compactFromElsewhere(): Promise<Uint8Array> {
  const { model, card } = await loadModel('compact');
  const { mean, std } = card.preprocessing as { mean: number; std: number };
  const outputs = ALPHABETICAL.map((name) => card.classNames.indexOf(name));
  const head = model.layers.findLast((layer) => layer.getWeights().length > 0)!;
  const permuted = tf.tidy(() =>
    head.getWeights().map((weight) => tf.keep(tf.gather(weight, outputs, weight.rank - 1))),
  );
  head.setWeights(permuted);
  const input = tfl.input({ shape: [48, 48, 1] });
  const scaled = tfl.layers.rescaling({ scale: 1 / std, offset: -mean / std }).apply(input);
  const outer = tfl.model({ inputs: input, outputs: model.apply(scaled) as tfl.SymbolicTensor });
  const file = await exportKeras(outer);
  tf.dispose(permuted);
  free(outer);
  return file;
}

describe.skipIf(!FER2013_PATH)(
  'suggestCard, with our compact model as if from elsewhere (skipped without FER2013)',
  () => {
    beforeAll(() => useBackend(BACKENDS.at(-1)!));
    expectNoLeaks();

    it('finds labels and scaling from 70 images, 10 of each class', { timeout: 300_000 }, async () => {
      const model = await importKeras(await compactFromElsewhere());
      expect(traitsOf(model)).toMatchObject({ channels: 1, rescales: false, outputs: 'probabilities', classes: 7 });
      const all = await loadFer2013(FER2013_PATH!, { split: 'PublicTest' });
      const chosen = EMOTIONS.flatMap((_, label) =>
        [...all.labels.keys()].filter((i) => all.labels[i] === label).slice(0, 10),
      );
      const found = await suggestCard(model, all.subset(chosen));
      expect(found).toMatchObject({ order: 'alphabetical', classNames: ALPHABETICAL, pixels: '0..1' });
      expect(found.accuracy).toBeGreaterThan(0.5);
      free(model);
    });
  },
);
