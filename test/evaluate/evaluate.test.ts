import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { UNLABELED } from '../../src/data/batches';
import { InputError } from '../../src/errors';
import { evaluate } from '../../src/evaluate/evaluate';
import { createReport } from '../../src/evaluate/report';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { CLASSES, expectedOutputs, makeData, SIDE, withModel } from './fixture';

const data = makeData(40);

describeOn(BACKENDS, 'evaluate', () => {
  expectNoLeaks();

  it('scores the model’s outputs against the labels', async () => {
    const report = await withModel((model) => evaluate(model, data));
    const expected = createReport({ probabilities: expectedOutputs(data), labels: data.labels });
    expect(report.size).toBe(40);
    expect(report.accuracy).toBe(expected.accuracy);
    expect(report.confusionMatrix).toEqual(expected.confusionMatrix);
    expect(report.logLoss).toBeCloseTo(expected.logLoss, 4);
    expect(report.brierScore).toBeCloseTo(expected.brierScore, 4);
    expect(report.classNames).toEqual(['class 0', 'class 1', 'class 2']);
    expect(report.withoutTrainingDuplicates).toBeUndefined();
  });

  it('returns the same report for tensors, and does not dispose of them', async () => {
    const xs = tf.tensor4d(data.images, [data.size, SIDE, SIDE, 1], 'float32');
    const ys = tf.tidy(() => tf.oneHot(tf.tensor1d(data.labels, 'int32'), CLASSES) as tf.Tensor2D);
    const [fromTensors, fromArrays] = await withModel(async (model) => [
      await evaluate(model, { xs, ys }),
      await evaluate(model, data),
    ]);
    expect(fromTensors!.toJSON()).toEqual(fromArrays!.toJSON());
    expect([xs.isDisposed, ys.isDisposed]).toEqual([false, false]);
    tf.dispose([xs, ys]);
  });
});

describeOn(['cpu'], 'evaluate, whatever the backend', () => {
  expectNoLeaks();

  it('adds the scores without images that are in the training set', async () => {
    const pixels = SIDE * SIDE;
    const known = [3, 8, 9];
    const trainingSet = makeData(6);
    trainingSet.images.set(data.images.subarray(3 * pixels, 4 * pixels), 2 * pixels);
    trainingSet.images.set(data.images.subarray(8 * pixels, 10 * pixels), 0);
    trainingSet.images.set(data.images.subarray(20 * pixels, 21 * pixels), 5 * pixels);
    trainingSet.images[5 * pixels]! ^= 1;
    const report = await withModel((model) => evaluate(model, data, { trainingSet }));
    const left = Array.from(data.labels.keys()).filter((i) => !known.includes(i));
    const outputs = expectedOutputs(data);
    const { accuracy, accuracyInterval, size } = createReport({
      probabilities: left.flatMap((i) => outputs.slice(i * CLASSES, (i + 1) * CLASSES)),
      labels: left.map((i) => data.labels[i]!),
    });
    expect(size).toBe(37);
    expect(report.withoutTrainingDuplicates).toMatchObject({ removed: 3, size, accuracy, accuracyInterval });
  });

  it('has NaN scores without duplicates if the training set itself is evaluated', async () => {
    const report = await withModel((model) => evaluate(model, data, { trainingSet: data }));
    expect(report.withoutTrainingDuplicates).toMatchObject({ removed: 40, size: 0, accuracy: NaN });
    expect(report.toMarkdown()).toContain('| Without the 40 also in training |');
    expect(JSON.parse(JSON.stringify(report)).withoutTrainingDuplicates.accuracy).toBeNull();
  });

  it('uses labels, and the most probable class of a target if the label is unknown', async () => {
    const outputs = expectedOutputs(data);
    const best = (i: number): number => {
      const row = outputs.slice(i * CLASSES, (i + 1) * CLASSES);
      return row.indexOf(Math.max(...row));
    };
    const labels = Uint8Array.from(data.labels, (_, i) => (i < 10 ? UNLABELED : best(i)));
    const targets = Float32Array.from({ length: data.size * CLASSES }, (_, k) => {
      const [i, j] = [Math.floor(k / CLASSES), k % CLASSES];
      return j === (i < 10 ? best(i) : (best(i) + 1) % CLASSES) ? 0.8 : 0.1;
    });
    const report = await withModel((model) => evaluate(model, { ...data, labels, targets }));
    expect(report.accuracy).toBe(1);
  });

  it('names the first image that is unlabeled or out of range', async () => {
    const labels = data.labels.slice();
    labels[12] = UNLABELED;
    await withModel(async (model) => {
      const run = evaluate(model, { ...data, labels });
      await expect(run).rejects.toThrow(InputError);
      await expect(run).rejects.toThrow('255 (unlabeled) at index 12');
      const zeroTargets = new Float32Array(data.size * CLASSES);
      await expect(evaluate(model, { ...data, labels, targets: zeroTargets })).rejects.toThrow('at index 12');
      labels[12] = 3;
      await expect(evaluate(model, { ...data, labels })).rejects.toThrow('classes in 0..2, received 3 at index 12');
    });
  });

  it('normalizes sigmoid outputs and refuses logits', async () => {
    const report = await withModel((model) => evaluate(model, data), 'sigmoid');
    const { accuracy } = createReport({ probabilities: expectedOutputs(data), labels: data.labels });
    expect(report.accuracy).toBe(accuracy);
    expect(report.brierScore).toBeLessThan(2);
    await expect(withModel((model) => evaluate(model, data), 'linear')).rejects.toThrow('Apply a softmax first');
  });

  it('reorders outputs to the order of the data’s classes', async () => {
    const classNames = ['bored', 'engaged', 'confused'];
    const plain = await withModel((model) => evaluate(model, { ...data, classNames }));
    const labels = data.labels.map((label) => (label + 1) % CLASSES);
    const turned = { ...data, labels, classNames: ['confused', 'bored', 'engaged'] };
    const report = await withModel((model) => evaluate(model, turned, { classNames }));
    expect(report.accuracy).toBe(plain.accuracy);
    expect(report.classNames).toEqual(turned.classNames);
    const other = withModel((model) => evaluate(model, turned, { classNames: ['a', 'b', 'c'] }));
    await expect(other).rejects.toThrow(
      'expected the classes of the data, confused, bored, engaged, received a, b, c.',
    );
  });

  it('passes on the options of predict and leaves no tensor when aborted', async () => {
    const before = tf.memory().numTensors;
    const steps: number[] = [];
    const controller = new AbortController();
    const onProgress = (done: number) => {
      steps.push(done);
      if (done === 20) controller.abort();
    };
    const run = withModel((model) => evaluate(model, data, { batchSize: 10, signal: controller.signal, onProgress }));
    await expect(run).rejects.toThrow('aborted');
    expect(steps).toEqual([10, 20]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses invalid input before the model runs', async () => {
    await withModel(async (model) => {
      const onProgress = () => expect.unreachable('the model ran');
      const refused = async (run: Promise<unknown>, message: string) => {
        await expect(run).rejects.toThrow(InputError);
        await expect(run).rejects.toThrow(message);
      };
      const small = { ...makeData(1), images: new Uint8Array(4), height: 2, width: 2 };
      await refused(evaluate(model, makeData(0), { onProgress }), 'at least one image to score');
      await refused(evaluate(model, data, { onProgress, trainingSet: small }), 'images of 4 × 4 × 1');
      await refused(
        evaluate(model, data, { onProgress, classNames: ['a', 'b'] }),
        'evaluate: classNames: expected 3 names',
      );
      await refused(evaluate(model, data, { onProgress, bootstrap: { samples: 0 } }), 'evaluate: bootstrap.samples');
      await refused(evaluate(model, data, { onProgress, topk: 2 } as object), 'topk');
      await refused(evaluate(model, null as never, { onProgress }), 'evaluate: data');
    });
  });
});
