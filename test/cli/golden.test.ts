import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { EMOTIONS } from '../../src/labels';
import { createShallowCnn } from '../../src/models/shallow';
import { compareGolden, createGolden, type Golden } from '../../src/cli/golden';
import { bytesOfBase64 } from '../../src/base64';
import { BUNDLED_MODELS, importBundled } from '../../src/storage/bundled';
import { loadModel } from '../../src/storage/load-model';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';

const WEIGHTS = fileURLToPath(new URL('../../weights/', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/weights/', import.meta.url));
const present = existsSync(WEIGHTS) ? readdirSync(WEIGHTS) : [];

describeOn(BACKENDS, 'a golden record', () => {
  expectNoLeaks();

  const model = () => createShallowCnn({ conv: { filters: [2, 3] }, dense: { units: [8] }, seed: 4 });

  it('is met by the network that made it, from the raw pictures and from the stored inputs', async () => {
    const network = model();
    const golden: Golden = JSON.parse(JSON.stringify(await createGolden(network, DEFAULT_PREPROCESSING)));
    const { network: alone, whole } = await compareGolden(network, DEFAULT_PREPROCESSING, golden);
    expect([alone, whole]).toBeAllClose([0, 0], { atol: 1e-6 });
    network.dispose();
  });

  it('shows a change of the network in both, and one of the preprocessing in the whole only', async () => {
    const network = model();
    const golden = await createGolden(network, DEFAULT_PREPROCESSING);
    const brighter = await compareGolden(network, { ...DEFAULT_PREPROCESSING, mean: 0.4 }, golden);
    expect(brighter.network).toBeLessThan(1e-6);
    expect(brighter.whole).toBeGreaterThan(1e-3);
    tf.tidy(() => network.getLayer('probabilities').setWeights([tf.zeros([8, 7]), tf.zeros([7])]));
    const emptied = await compareGolden(network, DEFAULT_PREPROCESSING, golden);
    expect(Math.min(emptied.network, emptied.whole)).toBeGreaterThan(1e-3);
    network.dispose();
  });

  it('holds pictures of several sizes, gray and in colour, that differ in their outputs', async () => {
    const network = model();
    const { pictures } = await createGolden(network, DEFAULT_PREPROCESSING);
    expect(pictures.map(({ shape }) => shape)).toEqual([
      [48, 48, 1],
      [96, 72, 3],
      [32, 40, 1],
    ]);
    for (const { shape, pixels, output } of pictures) {
      expect(atob(pixels).length).toBe(shape[0] * shape[1] * shape[2]);
      expect(new Set(pixels.slice(0, 400)).size).toBeGreaterThan(20);
      expect(output.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    }
    expect(pictures[0]!.output).not.toEqual(pictures[1]!.output);
    network.dispose();
  });
});

describe('weights/', () => {
  for (const name of BUNDLED_MODELS) {
    it.skipIf(!existsSync(`${WEIGHTS}${name}`) || !existsSync(`${DIST}${name}.js`))(
      `${name}: the module that is built holds what the directory holds`,
      async () => {
        const bundled = await importBundled(name);
        const read = (file: string) => readFile(`${WEIGHTS}${name}/${file}`);
        expect(Buffer.from(bytesOfBase64(bundled.weightsBase64)).equals(await read('weights.bin'))).toBe(true);
        expect(bundled.card).toEqual(JSON.parse((await read('card.json')).toString()));
        expect(bundled.modelJson).toEqual(JSON.parse((await read('model.json')).toString()));
      },
    );
  }

  it('holds nothing but bundled names', () => {
    expect(present.filter((name) => !BUNDLED_MODELS.includes(name as 'deep'))).toEqual([]);
  });
});

describeOn(BACKENDS, 'bundled weights', (backend) => {
  expectNoLeaks();

  for (const name of BUNDLED_MODELS) {
    const here = existsSync(`${WEIGHTS}${name}`);

    it.skipIf(!here)(`${name}: load with their whole card and meet their golden record`, async () => {
      const { model, card } = await loadModel(`${WEIGHTS}${name}`);
      const golden: Golden = JSON.parse(await readFile(`${WEIGHTS}${name}/golden.json`, 'utf8'));
      expect(golden.pictures.length).toBeGreaterThan(2);
      if (backend === 'cpu') golden.pictures.length = 1; // seconds a picture
      const difference = await compareGolden(model, card.preprocessing, golden);
      expect(difference.network).toBeLessThan(1e-3);
      expect(difference.whole).toBeLessThan(1e-3);
      expect(card.name).toBe(name);
      expect(card.classNames).toEqual(EMOTIONS);
      for (const key of [
        'description',
        'data',
        'training',
        'metrics',
        'license',
        'intendedUse',
        'limitations',
      ] as const) {
        expect(card[key], key).toBeDefined();
      }
      model.dispose();
    });
  }
});
