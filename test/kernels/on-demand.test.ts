import { beforeEach, describe, expect, it, vi } from 'vitest';
import type * as OnDemand from '../../src/kernels/on-demand';
import { BACKENDS, useBackend } from '../support/backends';

const SHAPE = [3, 3, 8, 8];
const SAME = { strides: 1, pad: 'same' } as const;
const PICTURE = { data: new Uint8Array(16 * 16), width: 16, height: 16 };

let kernels: typeof OnDemand;

/** Modules that have loaded nothing yet. */
beforeEach(async () => {
  vi.resetModules();
  kernels = await import('../../src/kernels/on-demand');
});

const fits = () => kernels.fastConvolutions()?.fitsWinograd(SHAPE, SAME) ?? false;

async function network() {
  const { createShallowCnn } = await import('../../src/models/shallow');
  return createShallowCnn({ inputSize: [16, 16], conv: { filters: [8, 8] }, dense: { units: [4] } });
}

/** Trains for a step. @param look What to look at before it. @returns What there was. */
async function trainAndLook<T>(look: () => T): Promise<T[]> {
  const { train } = await import('../../src/train/train');
  const { Dataset } = await import('../../src/data/dataset');
  const model = await network();
  const data = { images: new Uint8Array(2 * 256), labels: Uint8Array.of(0, 1), height: 16, width: 16 };
  const before: T[] = [];
  const callbacks = [{ onTrainBegin: async () => void before.push(look()) }];
  await train(model, new Dataset(data), { epochs: 1, callbacks } as never);
  model.dispose();
  return before;
}

describe('the fast convolutions of WASM', () => {
  beforeEach(() => useBackend('wasm'));

  it('are loaded by the first classification', async () => {
    const { loadClassifier } = await import('../../src/classify/load');
    const { TINY_CARD } = await import('../classify/tiny');
    const card = { ...TINY_CARD, preprocessing: { ...TINY_CARD.preprocessing, inputSize: [16, 16] as const } };
    const model = await network();
    const classifier = await loadClassifier({ model, card });
    expect(fits()).toBe(false);
    const [predictions] = await Promise.all([classifier.classify(PICTURE), classifier.classify(PICTURE)]);
    expect(predictions).toHaveLength(7);
    expect(fits()).toBe(true);
    classifier.dispose();
    model.dispose();
  });

  it('are loaded by training, before the first step', async () => {
    expect(fits()).toBe(false);
    expect(await trainAndLook(fits)).toEqual([true]);
  });

  it('are not loaded on other backends', async () => {
    await useBackend('cpu');
    await kernels.prepareKernels();
    await useBackend('wasm');
    expect(kernels.fastConvolutions()).toBeUndefined();
  });
});

describe.skipIf(!BACKENDS.includes('tensorflow'))('the kernels of the native backend (skipped without it)', () => {
  it('are loaded by training, before the first step, only for that backend', async () => {
    await useBackend('tensorflow');
    const hasKernels = () => kernels.nativeKernels() !== undefined;
    expect(hasKernels()).toBe(false);
    expect(await trainAndLook(hasKernels)).toEqual([true]);
    await useBackend('cpu');
    expect(hasKernels()).toBe(false);
  });
});
