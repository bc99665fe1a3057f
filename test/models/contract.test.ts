import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { beforeAll, expect, it } from 'vitest';
import { registerTrainingKernels } from '../../src/kernels/register';
import { Random } from '../../src/random';
import { listModels, MODELS } from '../../src/models/registry';
import { createModel } from '../../src/storage/create-model';
import { describeOn, expectNoLeaks, BACKENDS, TRAINING_BACKENDS } from '../support/backends';
import { NARROW } from '../support/tiny';

/** The first values of conv1/kernel at seed 3, from this test on the cpu backend: they depend on nothing but seed and name. */
const FIRST_WEIGHTS = [-0.324799, 0.430952, 0.828053, -0.750676];

function pictures(n: number, size: number): tf.Tensor4D {
  const random = new Random(7);
  const values = Float32Array.from({ length: n * size * size }, () => random.normal());
  return tf.tensor4d(values, [n, size, size, 1]);
}

async function valuesOf(model: tfl.LayersModel): Promise<number[][]> {
  return Promise.all(model.getWeights().map(async (weight) => [...(await weight.data())]));
}

async function predict(model: tfl.LayersModel, x: tf.Tensor4D): Promise<number[]> {
  const output = model.predict(x) as tf.Tensor;
  const values = [...(await output.data())];
  output.dispose();
  return values;
}

describeOn(BACKENDS, 'every registered model', () => {
  expectNoLeaks();

  for (const name of listModels()) {
    it(`${name}: takes [n, h, w, 1] and gives rows that sum to one`, async () => {
      const before = tf.memory().numTensors;
      const model = createModel(name, NARROW[name]);
      const x = pictures(3, 16);
      const output = model.predict(x) as tf.Tensor2D;
      expect(output.shape).toEqual([3, 7]);
      const sums = tf.tidy(() => tf.sum(output, 1));
      expect(await sums.data()).toBeAllClose([1, 1, 1], { atol: 1e-5 });
      tf.dispose([output, sums, x]);
      model.dispose();
      expect(tf.memory().numTensors).toBe(before);
    });

    it(`${name}: has the same weights for a seed on every backend, and others for another seed`, async () => {
      const models = [3, 3, 4].map((seed) => createModel(name, { ...NARROW[name], seed }));
      const [first, same, other] = await Promise.all(models.map(valuesOf));
      models.forEach((model) => model.dispose());
      expect(first).toEqual(same);
      first!.forEach((values, i) => {
        const isKernel = new Set(values).size > 1;
        if (isKernel) expect(values).not.toEqual(other![i]);
      });
      expect(first![0]!.slice(0, 4)).toBeAllClose(FIRST_WEIGHTS);
    });

    it(`${name}: gives the same output after it was saved and loaded by tfjs`, async () => {
      const model = createModel(name, NARROW[name]);
      const x = pictures(2, 16);
      const expected = await predict(model, x);
      let saved: tf.io.ModelArtifacts = {};
      await model.save(
        tf.io.withSaveHandler(async (artifacts) => {
          saved = artifacts;
          return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
        }),
      );
      model.dispose();
      const loaded = await tfl.loadLayersModel(tf.io.fromMemory(saved));
      expect(await predict(loaded, x)).toEqual(expected);
      loaded.dispose();
      x.dispose();
    });
  }
});

describeOn(TRAINING_BACKENDS, 'gradients', () => {
  beforeAll(() => void registerTrainingKernels());
  expectNoLeaks();

  for (const name of listModels()) {
    it(`${name}: every trainable weight gets a finite gradient, and every kernel one that is not zero`, async () => {
      const { conv, dense, ...rest } = NARROW[name]; // without dropout, which plain tfjs draws unseeded and may drop a whole layer
      const model = createModel(name, { ...rest, conv: { ...conv, dropout: 0 }, dense: { ...dense, dropout: 0 } });
      const x = pictures(4, 16);
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { value, grads } = tf.variableGrads(() => {
        const output = model.apply(x, { training: true }) as tf.Tensor2D;
        return tf.neg(tf.mean(tf.log(tf.slice(output, [0, 0], [4, 1])))) as tf.Scalar;
      }, variables);
      for (const weight of model.trainableWeights) {
        const gradient = grads[(weight.read() as tf.Variable).name];
        expect(gradient, weight.originalName).toBeDefined();
        const largest = Math.max(...(await gradient!.data()).map(Math.abs));
        expect(largest, weight.originalName).toBeLessThan(Infinity);
        if (weight.shape.length > 1) expect(largest, weight.originalName).toBeGreaterThan(0);
      }
      tf.dispose([value, grads, x]);
      model.dispose();
    });
  }
});

describeOn(['cpu'], 'sizes', () => {
  expectNoLeaks();

  it("kernels spread as He's initialization says, cut off at two standard deviations", async () => {
    const model = createModel('shallow', { conv: { filters: [64, 64] }, dense: { units: [] } });
    const values = [...(await model.getLayer('conv2').getWeights()[0]!.data())]; // [3, 3, 64, 64]
    const meanSquare = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(Math.sqrt(meanSquare) / Math.sqrt(2 / (3 * 3 * 64))).toBeCloseTo(0.88, 2);
    expect(values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)).toBeLessThanOrEqual(
      2 * Math.sqrt(2 / (3 * 3 * 64)),
    );
    model.dispose();
  });

  const DOCUMENTED = [
    // name, variant, parameters, of which not trained: as the docstrings say
    ['shallow', 'text', 4_743_943, 1216],
    ['shallow', 'code', 4_928_007, 896],
    ['deep', 'text', 4_478_727, 3_968],
    ['deep', 'code', 4_478_727, 3_968],
    ['compact', 'text', 1_112_679, 2_048],
  ] as const;

  it.each(DOCUMENTED)('%s (%s) has %i parameters, %i of them not trained', (name, variant, parameters, fixed) => {
    const model = createModel(name, { variant });
    const size = (weights: readonly { shape: tfl.Shape }[]) =>
      weights.reduce((sum, { shape }) => sum + tf.util.sizeFromShape(shape as number[]), 0);
    expect(model.countParams()).toBe(parameters);
    expect(size(model.nonTrainableWeights)).toBe(fixed);
    expect(model.inputs[0]!.shape).toEqual([null, 48, 48, 1]);
    expect(model.outputs[0]!.shape).toEqual([null, 7]);
    if (variant === 'text') expect(MODELS[name].parameters).toBe(parameters);
    model.dispose();
  });
});
