import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { Classifier } from '../../src/classify/classifier';
import { loadClassifier } from '../../src/classify/load';
import type { Prediction } from '../../src/classify/predictions';
import { cropFaces } from '../../src/image/crop';
import { DEFAULT_MARGINS } from '../../src/image/region';
import { DisposedError, InputError, WeightsError } from '../../src/errors';
import type { ImageSource } from '../../src/image/read';
import { EMOTIONS } from '../../src/labels';
import { BACKENDS, describeOn, expectNoLeaks, useBackend } from '../support/backends';
import { TINY_CARD, tinyModel, tinyProbabilities } from './tiny';

const PIXELS = [30, 0, 60, 255]; // so: happy, fear, angry, then the four with 0
const BOX = { x: 0, y: 0, width: 2, height: 2 };
const picture = { data: Uint8Array.from(PIXELS), width: 2, height: 2, channels: 1 as const };

describeOn(BACKENDS, 'Classifier', () => {
  expectNoLeaks();
  let classifier: Classifier;
  let model: ReturnType<typeof tinyModel>;

  beforeAll(async () => {
    model = tinyModel();
    classifier = await loadClassifier({ model, card: TINY_CARD });
  });
  afterAll(() => {
    classifier.dispose();
    model.dispose();
  });

  it('returns every class with its probability, the most probable first', async () => {
    const predictions = await classifier.classify(picture);
    expect(predictions.map(({ className }) => className)).toEqual([
      'happy',
      'fear',
      'angry',
      'disgust',
      'sad',
      'surprise',
      'neutral',
    ]);
    const expected = tinyProbabilities(PIXELS).sort((a, b) => b - a);
    const received = predictions.map(({ probability }) => probability);
    expect(received).toBeAllClose(expected, { atol: 1e-5 });
    expect(received.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  });

  it('returns the topk most probable ones', async () => {
    const all = await classifier.classify(picture);
    expect(await classifier.classify(picture, { topk: 2 })).toEqual(all.slice(0, 2));
  });

  it('returns nothing for an image below minProbability', async () => {
    const [best] = await classifier.classify(picture, { topk: 1 });
    const at = (minProbability: number) => classifier.classify(picture, { topk: 1, minProbability });
    expect(await at(best!.probability - 0.001)).toEqual([best]);
    expect(await at(best!.probability + 0.001)).toEqual([]);
    const batch = tf.tensor4d([...PIXELS, 0, 255, 0, 0], [2, 2, 2, 1]);
    expect((await classifier.classify(batch, { minProbability: 0.885 })).map(({ length }) => length)).toEqual([0, 7]);
    batch.dispose();
    await expect(at(1.5)).rejects.toThrow(InputError);
  });

  it('averages over the views of test-time augmentation', async () => {
    const mirrored = [PIXELS[1]!, PIXELS[0]!, PIXELS[3]!, PIXELS[2]!];
    const [a, b] = [tinyProbabilities(PIXELS), tinyProbabilities(mirrored)];
    const expected = a.map((value, i) => (value + b[i]!) / 2);
    expect(await classifier.probabilities(picture, { views: 'flip' })).toBeAllClose(expected, { atol: 1e-5 });
    const [best] = await classifier.classify(picture, { views: 'flip' });
    expect(best!.probability).toBeCloseTo(Math.max(...expected), 5);
    const wrong = { views: 'mirror' } as unknown as { views: 'flip' };
    await expect(classifier.classify(picture, wrong)).rejects.toThrow(InputError);
    await expect(classifier.probabilities(picture, wrong)).rejects.toThrow(InputError);
  });

  it('applies the temperature of its card', async () => {
    const calibration = { temperature: 2, split: 'PublicTest', rows: 1, errorBefore: 0.1, errorAfter: 0, coverage: [] };
    const calm = await loadClassifier({ model, card: { ...TINY_CARD, calibration } });
    expect(await calm.probabilities(picture)).toBeAllClose(tinyProbabilities(PIXELS, 2), { atol: 1e-5 });
    calm.dispose();
  });

  it('returns probabilities in the order of the labels', async () => {
    expect(await classifier.probabilities(picture)).toBeAllClose(tinyProbabilities(PIXELS), { atol: 1e-5 });
  });

  it('returns an array of arrays for a batch, also of one image', async () => {
    const batch = tf.tensor4d([...PIXELS, 0, 255, 0, 0], [2, 2, 2, 1]);
    const one = tf.tensor4d(PIXELS, [1, 2, 2, 1]);
    const rows = await classifier.probabilities(batch);
    expect(rows).toHaveLength(2);
    expect(rows[0]).toBeAllClose(tinyProbabilities(PIXELS), { atol: 1e-5 });
    expect(rows[1]).toBeAllClose(tinyProbabilities([0, 255, 0, 0]), { atol: 1e-5 });
    const [, second] = await classifier.classify(batch, { topk: 1 });
    expect(second).toMatchObject([{ className: 'disgust' }]);
    expect(await classifier.classify(one, { topk: 1 })).toMatchObject([[{ className: 'happy' }]]);
    tf.dispose([batch, one]);
  });

  it('returns the same for a large batch as for each image', async () => {
    const batch = tf.tensor4d(
      Float32Array.from({ length: 70 * 4 }, (_, i) => (i * 37) % 256),
      [70, 2, 2, 1],
    );
    const rows = await classifier.probabilities(batch);
    expect(rows).toHaveLength(70);
    for (const i of [0, 31, 32, 69]) {
      const pixels = [0, 1, 2, 3].map((j) => ((4 * i + j) * 37) % 256);
      expect(rows[i]).toBeAllClose(tinyProbabilities(pixels), { atol: 1e-5 });
    }
    batch.dispose();
  });

  it('returns the same for every input type', async () => {
    const bytes = (channels: number) => Uint8Array.from(PIXELS.flatMap((value) => Array(channels).fill(value)));
    const rgba = bytes(4).map((value, i) => (i % 4 === 3 ? 255 : value));
    const twice = [0, 0, 1, 1].flatMap((y) => [0, 0, 1, 1].map((x) => PIXELS[2 * y + x]!)); // 4 × 4 pixels
    const tensors: tf.Tensor[] = [
      tf.tensor2d(PIXELS, [2, 2]),
      tf.tensor2d(PIXELS, [2, 2], 'int32'),
      tf.tensor3d(PIXELS, [2, 2, 1]),
      tf.tensor3d(bytes(3), [2, 2, 3]),
      tf.tensor3d(rgba, [2, 2, 4]),
      tf.tensor2d(twice, [4, 4]),
    ];
    const inputs: ImageSource[] = [
      ...tensors,
      { data: bytes(3), width: 2, height: 2 },
      { data: new Uint8ClampedArray(rgba), width: 2, height: 2, colorSpace: 'srgb' } as ImageData,
    ];
    for (const input of inputs) {
      expect(await classifier.probabilities(input)).toBeAllClose(tinyProbabilities(PIXELS), { atol: 1e-5 });
    }
    tf.dispose(tensors);
  });

  it('keeps concurrent calls apart', async () => {
    const pictures = [0, 1, 2, 3].map((k) => {
      const data = new Uint8Array(4);
      data[k] = 255;
      return { data, width: 2, height: 2 };
    });
    const predictions = await Promise.all(pictures.map((each) => classifier.classify(each, { topk: 1 })));
    expect(predictions.map(([best]) => best?.className)).toEqual(EMOTIONS.slice(0, 4));
  });

  describe('with regions', () => {
    // The four pixels of the tiny model as blocks of 8 × 8 in the middle of 32 × 32, upright and upside down.
    const block = (pixels: readonly number[]) =>
      Uint8Array.from({ length: 32 * 32 }, (_, i) => {
        const [x, y] = [Math.floor(((i % 32) - 8) / 8), Math.floor((Math.floor(i / 32) - 8) / 8)];
        return x >= 0 && x < 2 && y >= 0 && y < 2 ? pixels[2 * y + x]! : 128;
      });
    const photo = { data: block(PIXELS), width: 32, height: 32 };
    const box = { x: 8, y: 8, width: 16, height: 16 };
    const leftHalf = { x: 8, y: 8, width: 8, height: 8 };

    it('looks at the range of the whole tensor, of which a dark face is not mistaken for one scaled to 0..1', async () => {
      const values = Float32Array.from({ length: 400 }, (_, i) => (i < 200 ? (i + Math.floor(i / 20)) % 2 : 200));
      const regions = [{ box: { x: 4, y: 1, width: 7, height: 7 } }];
      const at = async (last: number) => {
        const photo = tf.tensor3d(Float32Array.from(values).fill(last, 399), [20, 20, 1]);
        try {
          return await classifier.probabilities(photo, { regions, margin: 0 });
        } finally {
          photo.dispose();
        }
      };
      expect(await at(200)).toHaveLength(1);
      await expect(at(NaN)).rejects.toThrow(/NaN/);
      await expect(at(300)).rejects.toThrow(/values in 0..300/);
    });

    it('classifies the content of the box', async () => {
      const row = await classifier.probabilities(photo, { box, margin: 0 });
      expect(row).toBeAllClose(tinyProbabilities(PIXELS), { atol: 1e-5 });
      const [best] = await classifier.classify(photo, { box, margin: 0, topk: 1 });
      expect(best).toMatchObject({ className: 'happy' });
    });

    it('adds the margin of FER2013 to a box by default', async () => {
      const withMargin = await classifier.probabilities(photo, { box });
      expect(await classifier.probabilities(photo, { box, margin: DEFAULT_MARGINS })).toEqual(withMargin);
      expect(withMargin).not.toEqual(await classifier.probabilities(photo, { box, margin: 0 }));
    });

    it('aligns by the eyes like cropFaces', async () => {
      const landmarks = { leftEye: [11, 13], rightEye: [20, 15] } as const;
      const image = tf.tensor3d(photo.data, [32, 32, 1]);
      const face = cropFaces(image, [{ landmarks }], { size: [2, 2] });
      const expected = await classifier.probabilities(face);
      expect(await classifier.probabilities(photo, { landmarks })).toBeAllClose(expected[0]!, { atol: 1e-6 });
      expect(await classifier.probabilities(photo, { landmarks, box })).toBeAllClose(expected[0]!, { atol: 1e-6 });
      tf.dispose([image, face]);
    });

    it('returns one result per face, and none for no faces', async () => {
      const regions = [{ box }, { box: leftHalf }];
      const rows = await classifier.probabilities(photo, { regions, margin: 0 });
      expect(rows).toHaveLength(2);
      expect(rows[0]).toBeAllClose(tinyProbabilities(PIXELS), { atol: 1e-5 });
      expect(rows[1]).toBeAllClose(tinyProbabilities(Array(4).fill(PIXELS[0])), { atol: 1e-5 });
      const lists = await classifier.classify(photo, { regions, margin: 0, topk: 1 });
      expect(lists).toMatchObject([[{ className: 'happy' }], [expect.anything()]]);
      expect(await classifier.classify(photo, { regions: [] })).toEqual([]);
    });

    it('accepts a batch of one image, and returns an array of arrays', async () => {
      const image = tf.tensor4d(photo.data, [1, 32, 32, 1]);
      const [list] = await classifier.classify(image, { box, margin: 0, topk: 1 });
      expect(list).toMatchObject([{ className: 'happy' }]);
      const two = tf.concat([image, image]);
      await expect(classifier.classify(two, { box })).rejects.toThrow(
        /^classify: expected one image, received 2 images/,
      );
      await expect(classifier.classify(photo, { box: { ...box, width: 0 } })).rejects.toThrow(
        /^classify: regions\[0\]\.box\.width: expected/,
      );
      tf.dispose([image, two]);
    });

    it.each([
      { options: { regions: [{ box }], box }, message: /regions, or one face by its box or landmarks, received both/ },
      { options: { margin: 0 }, message: /margin: expected a box to apply the margin to/ },
      { options: { box: { ...box, x: 40 } }, message: /regions\[0\]: .*part in the image/ },
      { options: { box, landmark: [] }, message: /the key "landmark"/ },
    ])('refuses $options', async ({ options, message }) => {
      const before = tf.memory().numTensors;
      await expect(classifier.classify(photo, options as never)).rejects.toThrow(InputError);
      await expect(classifier.probabilities(photo, options as never)).rejects.toThrow(message);
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  it.each([
    { what: 'NaN', values: [0, 1, 2, Number.NaN], message: /^classify: .*NaN or infinite/ },
    { what: 'values above 255', values: [0, 1, 2, 300], message: /values in 0\.\.300/ },
    { what: 'values scaled to 0..1', values: [0, 0.5, 1, 1], message: /by 255/ },
  ])('refuses an image with $what and leaves no tensor behind', async ({ values, message }) => {
    const input = tf.tensor2d(values, [2, 2]);
    const before = tf.memory().numTensors;
    const error = await classifier.classify(input).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty('message', expect.stringMatching(message));
    expect(tf.memory().numTensors).toBe(before);
    input.dispose();
  });

  it('refuses anything but an image and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    await expect(classifier.classify('face.jpg' as never)).rejects.toThrow(InputError);
    await expect(classifier.probabilities(undefined as never)).rejects.toThrow(/^probabilities: /);
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([0, 8, 1.5, '3', Number.NaN])('refuses topk %s', async (topk) => {
    await expect(classifier.classify(picture, { topk: topk as number })).rejects.toThrow(
      /topk: expected an integer in 1\.\.7/,
    );
  });

  it('refuses options that it does not know', async () => {
    await expect(classifier.classify(picture, { topK: 3 } as never)).rejects.toThrow(/the key "topK"/);
  });
});

describe('Classifier', () => {
  beforeAll(() => useBackend('cpu'));
  let model: ReturnType<typeof tinyModel>;
  beforeEach(() => {
    model = tinyModel();
  });
  afterEach(() => {
    model.dispose();
  });

  it('makes the outputs of a sigmoid head sum to 1', async () => {
    const sigmoid = tinyModel(4, 'sigmoid');
    const row = await (await loadClassifier({ model: sigmoid, card: TINY_CARD })).probabilities(picture);
    const shares = EMOTIONS.map((_, label) => 1 / (1 + Math.exp((-4 * (PIXELS[label] ?? 0)) / 255)));
    const sum = shares.reduce((a, b) => a + b);
    expect(row).toBeAllClose(
      shares.map((share) => share / sum),
      { atol: 1e-5 },
    );
    sigmoid.dispose();
  });

  it('refuses outputs that are not probabilities', async () => {
    const linear = tinyModel(-1, 'linear');
    const before = tf.memory().numTensors;
    const card = { ...TINY_CARD, outputs: 'probabilities' } as const; // which is not so
    const classifier = await loadClassifier({ model: linear, card });
    await expect(classifier.classify(picture)).rejects.toThrow(WeightsError);
    classifier.dispose();
    expect(tf.memory().numTensors).toBe(before);
    linear.dispose();
  });

  it('works after the backend was switched', async () => {
    const classifier = await loadClassifier({ model, card: TINY_CARD });
    for (const backend of [...BACKENDS, ...BACKENDS]) {
      await useBackend(backend);
      expect(await classifier.probabilities(picture)).toBeAllClose(tinyProbabilities(PIXELS), { atol: 1e-5 });
    }
    await useBackend('cpu');
  });

  it('does not dispose of a borrowed model, and may be disposed of twice', async () => {
    const classifier = await loadClassifier({ model, card: TINY_CARD });
    const before = tf.memory().numTensors;
    classifier.dispose();
    classifier.dispose();
    expect(classifier.isDisposed).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
    await expect(classifier.classify(picture)).rejects.toThrow(DisposedError);
    await expect(classifier.probabilities(picture)).rejects.toThrow(/^probabilities: .*loadClassifier\(\)/);
  });

  it('reports that a borrowed model was disposed of', async () => {
    const borrowed = tinyModel();
    const classifier = await loadClassifier({ model: borrowed, card: TINY_CARD });
    borrowed.dispose();
    expect(classifier.isDisposed).toBe(true);
    await expect(classifier.classify(picture)).rejects.toThrow(DisposedError);
    classifier.dispose();
  });

  it.each([
    ['its own model', true],
    ['a borrowed one', false],
  ])('gives its result or says so if it is disposed of, with %s, at any moment of a call', async (_title, isOwn) => {
    const { card } = await loadClassifier({ model, card: TINY_CARD });
    const before = tf.memory().numTensors;
    const home = tf.getBackend() as (typeof BACKENDS)[number];
    const other = BACKENDS.find((name) => name !== home)!;
    const outcomes = new Set<string>();
    for (let ticks = 0; ticks < 40; ticks++) {
      await useBackend(ticks % 2 ? other : home); // half of the calls move the weights
      const network = isOwn ? tinyModel() : model;
      const disposed = new Classifier(network, card, isOwn);
      await useBackend(home);
      const calls = Promise.allSettled([disposed.classify(picture), disposed.probabilities(picture, { box: BOX })]);
      for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
      disposed.dispose();
      for (const call of await calls) {
        if (call.status === 'rejected') expect(call.reason).toBeInstanceOf(DisposedError);
        else expect(call.value).toHaveLength(EMOTIONS.length);
        outcomes.add(call.status);
      }
    }
    expect(outcomes).toEqual(new Set(['rejected', 'fulfilled']));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('types a batch as an array of arrays', () => {
    const typed = (classifier: Classifier, batch: tf.Tensor4D, single: tf.Tensor3D, unknown: tf.Tensor) => ({
      batch: classifier.classify(batch),
      single: classifier.classify(single),
      unknown: classifier.classify(unknown),
      row: classifier.probabilities(picture),
      face: classifier.classify(picture, { box: { x: 0, y: 0, width: 1, height: 1 } }),
      faces: classifier.classify(picture, { regions: [] }),
      rows: classifier.probabilities(picture, { regions: [] }),
    });
    type Typed = ReturnType<typeof typed>;
    expectTypeOf<Typed['batch']>().resolves.toEqualTypeOf<Prediction[][]>();
    expectTypeOf<Typed['single']>().resolves.toEqualTypeOf<Prediction[]>();
    expectTypeOf<Typed['unknown']>().resolves.toEqualTypeOf<Prediction[] | Prediction[][]>();
    expectTypeOf<Typed['face']>().resolves.toEqualTypeOf<Prediction[]>();
    expectTypeOf<Typed['faces']>().resolves.toEqualTypeOf<Prediction[][]>();
    expectTypeOf<Typed['rows']>().resolves.toEqualTypeOf<number[][]>();
    expectTypeOf<Typed['row']>().resolves.toEqualTypeOf<number[]>();
  });
});
