import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as tfd from '@tensorflow/tfjs-data';
import type * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import { DisposedError } from '../../src/errors';
import { evaluate } from '../../src/evaluate/evaluate';
import { predict } from '../../src/evaluate/predict';
import { explain } from '../../src/explain/explain';
import { exportKeras } from '../../src/interchange/keras-export';
import { exportOnnx } from '../../src/interchange/onnx';
import { suggestCard } from '../../src/interchange/suggest-card';
import { EMOTIONS } from '../../src/labels';
import { createModel } from '../../src/storage/create-model';
import { saveModel } from '../../src/storage/save-model';
import { train } from '../../src/train/train';
import { expectNoLeaks, useBackend } from '../support/backends';
import { NARROW } from '../support/tiny';

describe('a model that was disposed of', () => {
  let model: tfl.LayersModel;
  const card = { classNames: EMOTIONS };
  const images = new Uint8Array(7 * 256).map((_, i) => i);
  const data = {
    images,
    labels: Uint8Array.of(0, 1, 2, 3, 4, 5, 6),
    size: 7,
    height: 16,
    width: 16,
    channels: 1,
    numClasses: 7,
    targets: undefined,
  };
  const stream = tfd.array([{ xs: [0], ys: [0] }]).map(() => ({ xs: tf.zeros([1, 16, 16, 1]), ys: tf.ones([1, 7]) }));

  beforeAll(async () => {
    await useBackend('cpu');
    model = createModel('shallow', NARROW.shallow);
    model.dispose();
  });
  expectNoLeaks();

  it.each<[string, () => unknown]>([
    ['loadClassifier', () => loadClassifier({ model })],
    ['saveModel', () => saveModel(join(tmpdir(), 'nowhere'), model)],
    ['predict', () => predict(model, data as never)],
    ['evaluate', () => evaluate(model, data as never)],
    ['train', () => train(model, data as never, { epochs: 1 })],
    ['train on a stream', () => train(model, stream as never, { epochs: 1 })],
    ['createModel', () => createModel('shallow', { weights: { model, card } as never })],
    ['explain', () => explain({ model, card } as never, { data: images.slice(0, 256), width: 16, height: 16 })],
    ['exportOnnx', () => exportOnnx(model)],
    ['exportKeras', () => exportKeras(model)],
    ['suggestCard', () => suggestCard(model, data as never)],
  ])('is refused by %s with a DisposedError', async (name, call) => {
    const error: unknown = await Promise.resolve()
      .then(call)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DisposedError);
    expect((error as Error).message).toMatch(new RegExp(`^${name.split(' ')[0]!}.*: expected a model in use`));
  });
});
