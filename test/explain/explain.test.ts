import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import { BackendError, DisposedError, InputError } from '../../src/errors';
import { explain, type ExplainMethod } from '../../src/explain/explain';
import { listModels } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { TINY_CARD, tinyModel } from '../classify/tiny';
import { BACKENDS, describeOn, expectNoLeaks, useBackend } from '../support/backends';
import { draftCard } from '../support/cards';
import { NARROW } from '../support/tiny';
import { allSquares, PLANTED_CARD, type Quadrant, shareIn, SIDE, trainOnQuadrant } from './planted';

const PICTURES = [1, 2, 3, 4, 5].map((seed) => ({ data: allSquares(seed), width: SIDE, height: SIDE }));

/** Mean share of the evidence for a square that maps of several images have in a quadrant. */
async function meanShare(model: tfl.LayersModel, quadrant: Quadrant, method: ExplainMethod): Promise<number> {
  let sum = 0;
  for (const picture of PICTURES) {
    const { map } = await explain({ model, card: PLANTED_CARD }, picture, { className: 'with', method });
    sum += shareIn(quadrant, await map.data());
    map.dispose();
  }
  return sum / PICTURES.length;
}

describe('explain, on models trained to look at one quadrant', () => {
  const networks = new Map<Quadrant, tfl.LayersModel>();

  beforeAll(async () => {
    await useBackend('wasm');
    for (const quadrant of [0, 3] as const) networks.set(quadrant, await trainOnQuadrant(quadrant));
  });
  afterAll(() => networks.forEach((model) => model.dispose()));

  describeOn(BACKENDS, 'where every quadrant holds the same', () => {
    expectNoLeaks();

    it.each([
      ['hiResCam', 0, 0.7],
      ['hiResCam', 3, 0.6],
      ['occlusion', 0, 0.8],
      ['occlusion', 3, 0.8],
    ] as const)('%s lights quadrant %i', async (method, quadrant, least) => {
      expect(await meanShare(networks.get(quadrant)!, quadrant, method)).toBeGreaterThan(least);
    });

    it('gradCam, whose gradients are averaged over the image, finds the squares but not the one that counts', async () => {
      const share = await meanShare(networks.get(0)!, 0, 'gradCam');
      expect(share).toBeGreaterThan(0.15);
      expect(share).toBeLessThan(0.35);
    });
  });

  it('shows no evidence against a class', async () => {
    await useBackend('wasm');
    const source = { model: networks.get(0)!, card: PLANTED_CARD };
    const { map } = await explain(source, PICTURES[0]!, { className: 'without', method: 'occlusion' });
    expect(shareIn(0, await map.data())).toBeLessThan(0.25);
    map.dispose();
  });
});

describe.each(listModels())('explain, on the architecture %s', (name) => {
  const card = draftCard([16, 16]);
  let model: tfl.LayersModel;

  beforeAll(async () => {
    await useBackend('wasm');
    model = createModel(name, { ...NARROW[name], seed: 3 });
  });
  afterAll(() => model.dispose());

  it.each(['hiResCam', 'gradCam', 'occlusion'] as const)(
    'gives maps of the input size in 0..1 by %s',
    async (method) => {
      for (const className of card.classNames) {
        const { map } = await explain({ model, card }, PICTURES[0]!, { className, method });
        expect(map.shape).toEqual([16, 16]);
        const values = Array.from(await map.data());
        expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
        expect([0, 1]).toContain(Math.max(...values));
        map.dispose();
      }
    },
  );

  it('does not change the model', async () => {
    const classifier = await loadClassifier({ model, card });
    const before = await classifier.probabilities(PICTURES[1]!);
    (await explain(classifier, PICTURES[1]!)).map.dispose();
    expect(await classifier.probabilities(PICTURES[1]!)).toEqual(before);
    classifier.dispose();
  });
});

describe('explain', () => {
  let model: tfl.LayersModel;

  beforeAll(async () => {
    await useBackend('cpu');
    model = tinyModel();
  });
  afterAll(() => model.dispose());
  expectNoLeaks();

  const picture = { data: Uint8Array.of(10, 20, 250, 30), width: 2, height: 2 };

  it('explains the most probable class by default', async () => {
    const top = await explain({ model, card: TINY_CARD }, picture);
    expect(top.className).toBe(TINY_CARD.classNames[2]);
    const values = Array.from(await top.map.data());
    expect(values[2]).toBe(1);
    expect(Math.max(...values.filter((_, pixel) => pixel !== 2))).toBeLessThan(0.2);
    top.map.dispose();
  });

  it('returns zeros if there is no evidence for the class', async () => {
    const source = { model, card: TINY_CARD };
    const { map } = await explain(source, { ...picture, data: new Uint8Array(4).fill(9) }, { className: 'neutral' });
    expect(await map.data()).toBeAllClose([0, 0, 0, 0]);
    map.dispose();
  });

  it('covers parts of the image where the model has no convolution', async () => {
    const source = { model, card: TINY_CARD };
    const { method, map } = await explain(source, picture);
    map.dispose();
    expect(method).toBe('occlusion');
    for (const wanted of ['hiResCam', 'gradCam'] as const) {
      await expect(explain(source, picture, { method: wanted })).rejects.toThrow(/expected a model with a convolution/);
    }
  });

  it('covers parts of the image where the backend lacks a gradient', async () => {
    const convolutional = createModel('shallow', NARROW.shallow);
    const source = { model: convolutional, card: draftCard([16, 16]) };
    const kernel = tf.getKernel('MaxPoolGrad', 'cpu');
    tf.unregisterKernel('MaxPoolGrad', 'cpu');
    try {
      const { method, map } = await explain(source, PICTURES[0]!);
      map.dispose();
      expect(method).toBe('occlusion');
      await expect(explain(source, PICTURES[0]!, { method: 'hiResCam' })).rejects.toThrow(BackendError);
    } finally {
      tf.registerKernel(kernel);
    }
    const { method, map } = await explain(source, PICTURES[0]!);
    map.dispose();
    expect(method).toBe('hiResCam');
    convolutional.dispose();
  });

  it.each([
    ['an unknown class', { className: 'bored' }, /options\.className: expected one of "angry"/],
    ['an unknown method', { method: 'guess' as never }, /options\.method: expected one of "hiResCam"/],
    ['an unknown option', { classname: 'happy' } as never, /received the key "classname"/],
  ])('refuses %s', async (_title, options, message) => {
    await expect(explain({ model, card: TINY_CARD }, picture, options)).rejects.toThrow(message);
  });

  it('refuses anything but a model, more than one image, and a model that was disposed of', async () => {
    await expect(explain({} as never, picture)).rejects.toThrow(/source: expected a classifier or \{ model, card \}/);
    await expect(explain('a.png' as never, picture)).rejects.toThrow(/source: expected .* received "a\.png"/);
    await expect(explain({ model: {} } as never, picture)).rejects.toThrow(InputError);
    const batch = tf.zeros([2, 4, 4, 1]);
    await expect(explain({ model, card: TINY_CARD }, batch as never)).rejects.toThrow(
      /expected one image, received a batch/,
    );
    const wrong = tf.fill([4, 4], 300) as tf.Tensor2D;
    await expect(explain({ model, card: TINY_CARD }, wrong)).rejects.toThrow(/values in 300..300/);
    tf.dispose([batch, wrong]);
    const classifier = await loadClassifier({ model: tinyModel(), card: TINY_CARD });
    classifier.model.dispose();
    await expect(explain(classifier, picture)).rejects.toThrow(DisposedError);
    classifier.dispose();
  });

  it('rejects, and leaks no tensor, if the model is disposed of while it runs', async () => {
    for (const method of ['hiResCam', 'occlusion'] as const) {
      const before = tf.memory().numTensors;
      const network = createModel('shallow', NARROW.shallow);
      const pending = explain({ model: network, card: draftCard([16, 16]) }, picture, { method });
      for (let tick = 0; tick < 2; tick++) await Promise.resolve();
      network.dispose();
      await expect(pending, method).rejects.toThrow(DisposedError);
      expect(tf.memory().numTensors).toBe(before);
    }
  });
});
