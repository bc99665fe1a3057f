import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { classify as Classify } from '../../src/classify/classify';
import { WeightsError } from '../../src/errors';
import { decodeBundled } from '../../src/storage/decode-bundled';
import { BACKENDS, useBackend } from '../support/backends';
import { TINY_CARD, tinyModel } from './tiny';

vi.mock('../../src/storage/decode-bundled', () => ({ decodeBundled: vi.fn() }));
const load = vi.mocked(decodeBundled);

const picture = { data: Uint8Array.of(0, 255, 0, 0), width: 2, height: 2 };
let models: ReturnType<typeof tinyModel>[] = [];
let classify: typeof Classify;

beforeEach(async () => {
  vi.resetModules(); // a fresh shared classifier for each test
  ({ classify } = await import('../../src/classify/classify'));
  models = [];
  load.mockReset().mockImplementation(async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const model = tinyModel();
    models.push(model);
    return { model, card: TINY_CARD as never };
  });
});

afterEach(() => {
  for (const model of models) if (!model.weights[0]!.read().isDisposed) model.dispose();
});

describe('classify', () => {
  it('names the packages to install without a backend, before it loads anything', async () => {
    expect(tf.engine().backendNames()).toEqual([]);
    await expect(classify(picture)).rejects.toThrow(/^classify: .*npm install @tensorflow\/tfjs-backend-wasm/);
    expect(load).not.toHaveBeenCalled();
  });

  it('loads the default weights once, also for concurrent calls', async () => {
    await useBackend('cpu');
    const results = await Promise.all([classify(picture), classify(picture), classify(picture, { topk: 1 })]);
    await classify(picture);
    expect(load).toHaveBeenCalledTimes(1);
    expect(load.mock.calls[0]![0].card.name).toBe('compact');
    expect(results[0]).toEqual(results[1]);
    expect(results[2]).toEqual(results[0]!.slice(0, 1));
    expect(results[2]).toMatchObject([{ className: 'disgust' }]);
  });

  it('rejects all waiting calls if loading fails, and tries again at the next call', async () => {
    const failure = new WeightsError({ where: 'test', expected: 'weights', received: 'none' });
    load.mockRejectedValueOnce(failure);
    const results = await Promise.allSettled([classify(picture), classify(picture)]);
    expect(results).toMatchObject([{ reason: failure }, { reason: failure }]);
    expect(await classify(picture, { topk: 1 })).toMatchObject([{ className: 'disgust' }]);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('loads again when its weights were disposed of', async () => {
    await classify(picture);
    models.pop()!.dispose();
    const [a, b] = await Promise.all([classify(picture), classify(picture)]);
    expect(a).toEqual(b);
    expect(load).toHaveBeenCalledTimes(2);
  });

  it('keeps its weights when the backend is switched', async () => {
    const results = [];
    for (const backend of BACKENDS) {
      await useBackend(backend);
      results.push(await classify(picture, { topk: 1 }));
    }
    expect(results.map(([best]) => best?.className)).toEqual(BACKENDS.map(() => 'disgust'));
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('keeps only the weights', async () => {
    await classify(picture);
    const before = tf.memory().numTensors;
    await classify(picture);
    await classify('nowhere/face.jpg').catch(() => undefined);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses wrong options before it loads anything', async () => {
    await expect(classify(picture, { topk: 0 })).rejects.toThrow(/topk/);
    await expect(classify(picture, { top: 1 } as never)).rejects.toThrow(/the key "top"/);
    expect(load).not.toHaveBeenCalled();
  });
});
