import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import { Dataset } from '../../src/data/dataset';
import { Random } from '../../src/random';
import { train } from '../../src/train/train';
import { encodeModel } from '../../src/storage/encode';
import { TINY_CARD, tinyModel } from '../classify/tiny';
import { describeOn, expectNoLeaks } from '../support/backends';

/** Classifications in a row; `npm run test:load` makes 100,000. */
const LOAD = Number(process.env['LOAD'] ?? 2000);
const PATIENCE = 120_000 + LOAD * 100; // milliseconds

/** How far resident memory may grow after the warm-up: less than garbage that waits for its collection takes. */
const SLACK = 64 << 20;

const random = new Random(1);
const pictures = Array.from({ length: 100 }, () => {
  const [width, height] = [2 + random.integer(20), 2 + random.integer(20)];
  return { data: new Uint8Array(width * height * 3).map(() => random.integer(256)), width, height };
});

/** Memory at some moments of a long run. */
class Curve {
  readonly points: { at: number; tensors: number; megabytes: number }[] = [];
  note(at: number): void {
    const megabytes = Math.round(process.memoryUsage().rss / 2 ** 20);
    this.points.push({ at, tensors: tf.memory().numTensors, megabytes });
  }
  /** The first fifth is warm-up: buffers, compiled code, the heap's own growth. */
  expectLevel(): void {
    const level = this.points.slice(Math.ceil(this.points.length / 5));
    expect(new Set(level.map(({ tensors }) => tensors)).size).toBe(1);
    expect((level.at(-1)!.megabytes - level[0]!.megabytes) * 2 ** 20).toBeLessThan(SLACK);
  }
}

describeOn(['cpu'], 'under load', () => {
  expectNoLeaks();

  it(
    `${LOAD} classifications take no more tensors and memory in the end than after the warm-up`,
    async () => {
      const model = tinyModel();
      const classifier = await loadClassifier({ model, card: TINY_CARD });
      const curve = new Curve();
      for (let i = 0; i <= LOAD; i++) {
        await classifier.classify(pictures[i % pictures.length]!);
        if (i % (LOAD / 20) === 0) curve.note(i);
      }
      console.table(curve.points);
      curve.expectLevel();
      classifier.dispose();
      model.dispose();
    },
    PATIENCE,
  );

  it(
    '1000 calls at the same time give the same answers as one after another',
    async () => {
      const model = tinyModel();
      const classifier = await loadClassifier({ model, card: TINY_CARD });
      const calls = Array.from({ length: 1000 }, (_, i) => pictures[(i * 7) % pictures.length]!);
      const expected = [];
      for (const picture of calls) expected.push(await classifier.classify(picture));
      expect(await Promise.all(calls.map((picture) => classifier.classify(picture)))).toEqual(expected);
      classifier.dispose();
      model.dispose();
    },
    PATIENCE,
  );

  it(
    `${LOAD / 100} classifiers are loaded and disposed of, and nothing of them is left`,
    async () => {
      const model = tinyModel();
      const { modelJson, weights, card } = await within('tiny', () =>
        encodeModel(model, { card: TINY_CARD, dtype: 'float32' }),
      );
      model.dispose();
      const weightSpecs = modelJson.weightsManifest[0]!.weights;
      const handler = tf.io.fromMemory({ modelTopology: modelJson.modelTopology, weightSpecs, weightData: weights });
      const before = tf.memory().numTensors;
      const curve = new Curve();
      for (let i = 0; i < LOAD / 100; i++) {
        const classifier = await loadClassifier(handler, { card });
        await classifier.classify(pictures[0]!);
        classifier.dispose();
        expect(tf.memory().numTensors).toBe(before);
        curve.note(i);
      }
      curve.expectLevel();
    },
    PATIENCE,
  );

  it(
    `training over ${LOAD / 10} steps keeps to the memory that it has after the warm-up`,
    async () => {
      const model = tinyModel();
      const [side, size] = [2, 40];
      const images = new Uint8Array(size * side * side).map(() => random.integer(256));
      const labels = Uint8Array.from({ length: size }, (_, i) => i % 7);
      const data = new Dataset({ images, labels, height: side, width: side });
      const curve = new Curve();
      const [batchSize, perEpoch] = [4, 10];
      await train(model, data, {
        epochs: LOAD / 10 / perEpoch,
        batchSize,
        augment: { flip: 0.5 },
        optimization: { optimizer: 'adam', averaging: 0.9 },
        onProgress: ({ epoch, batch }) => {
          const step = (epoch - 1) * perEpoch + batch;
          if (step % (LOAD / 200) === 0) curve.note(step);
        },
      });
      console.table(curve.points);
      curve.expectLevel();
      model.dispose();
    },
    PATIENCE,
  );
});
