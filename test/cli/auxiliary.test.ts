import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, it } from 'vitest';
import { accuracyOf, addOutputs, removeOutputs, withVotes } from '../../src/cli/auxiliary';
import { Dataset } from '../../src/data/dataset';
import { evaluate } from '../../src/evaluate/evaluate';
import { EMOTIONS } from '../../src/labels';
import { createCompactCnn } from '../../src/models/compact';
import { train } from '../../src/train/train';
import { useBackend } from '../support/backends';
import { NARROW, weightsOf } from '../support/tiny';

const network = { ...NARROW.compact, seed: 1, classNames: EMOTIONS };
const images = new Dataset({
  images: Uint8Array.from({ length: 4 * 256 }, (_, i) => (i * (3 + (i >> 8))) % 256),
  height: 16,
  width: 16,
  labels: Uint8Array.from([3, 6, 0, 3]),
  rows: Uint32Array.from([3, 2, 4, 5]),
});
const votes = {
  size: 4,
  splits: new Uint8Array(4),
  //                     neutral … NF
  votes: Uint8Array.from([
    ...[5, 5, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 8, 0, 0, 0, 0, 0, 2, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 10],
  ]),
};

beforeAll(() => useBackend('wasm'));

/** The probabilities of the seven classes among themselves. */
const classesOf = (model: LayersModel) =>
  tf.tidy(() => {
    const outputs = model.predict(tf.randomNormal([6, 16, 16, 1], 0, 1, 'float32', 5)) as tf.Tensor2D;
    const classes = tf.slice(outputs, [0, 0], [-1, EMOTIONS.length]);
    return tf.div(classes, tf.sum(classes, 1, true)).dataSync();
  });

describe('withVotes', () => {
  it('gives half of each target to the class and half to the votes of its row', () => {
    const { targets, numClasses } = withVotes(images, votes);
    expect(numClasses).toBe(17);
    const target = (i: number) => [...targets!.subarray(17 * i, 17 * i + 17)];
    expect(target(0)).toBeAllClose([0, 0, 0, 0.5, 0, 0, 0, 0, 0.4, 0, 0, 0, 0, 0, 0.1, 0, 0]);
    expect(target(1)).toBeAllClose([0, 0, 0, 0, 0, 0, 0.5, 0.25, 0.25, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(target(2)).toBeAllClose([1, ...Array<number>(16).fill(0)]); // nobody voted
    expect(target(3)[16]).toBe(0.5);
  });

  it('gives half of the share of the class to a teacher, which is not needed any more', () => {
    const teacher = Float32Array.from([0, 1, 2, 3].flatMap(() => [0.2, 0, 0, 0.8, 0, 0, 0]));
    const taught = withVotes(images.withTeacher(teacher), votes);
    expect(taught.teacher).toBeUndefined();
    expect([...taught.targets!.subarray(0, 7)]).toBeAllClose([0.05, 0, 0, 0.25 + 0.2, 0, 0, 0]);
    expect([...taught.targets!.subarray(34, 41)]).toBeAllClose([0.5 + 0.1, 0, 0, 0.4, 0, 0, 0]);
  });
});

describe('outputs for the votes', () => {
  it('leave the classes as they were, and are removed again', async () => {
    const model = createCompactCnn(network);
    const before = classesOf(model);
    const both = await addOutputs('compact', model, network);
    expect(both.outputs[0]!.shape).toEqual([null, 17]);
    expect(classesOf(both)).toBeAllClose(before);
    expect(await accuracyOf(both, images)).toBeCloseTo((await evaluate(model, images)).accuracy);
    await train(both, withVotes(images, votes), { epochs: 1, batchSize: 2, optimization: { learningRate: 0.01 } });
    const trained = classesOf(both);
    expect(trained).not.toBeAllClose(before);
    removeOutputs(both, model);
    expect(model.outputs[0]!.shape).toEqual([null, 7]);
    expect(classesOf(model)).toBeAllClose(trained);
    expect(weightsOf(model).length).toBeLessThan(weightsOf(both).length);
    model.dispose();
    both.dispose();
  });
});
