import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { InputError } from '../../src/errors';
import { predict } from '../../src/evaluate/predict';
import { argmaxRows } from '../../src/metrics/probability';
import { train } from '../../src/train/train';
import { describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';
import { tinyCnn } from '../support/tiny';

/** A teacher that calls every picture of class k a picture of class k + 1. */
function contrarian({ labels, size }: { labels: Uint8Array; size: number }): Float32Array {
  const teacher = new Float32Array(7 * size).fill(0.01);
  labels.forEach((label, i) => (teacher[7 * i + ((label + 1) % 7)] = 0.94));
  return teacher;
}

describeOn(['wasm'], 'distillation', () => {
  expectNoLeaks();

  it('teaches what the teacher says, if the labels do not count', async () => {
    const data = squares(28);
    const model = tinyCnn(1, 0);
    await train(
      model,
      { ...data, teacher: contrarian(data) },
      { epochs: 20, batchSize: 7, loss: { distillation: { weight: 1 } }, optimization: { learningRate: 0.03 } },
    );
    const predicted = argmaxRows(await predict(model, data), 7);
    expect(predicted).toEqual([...data.labels].map((label) => (label + 1) % 7));
    model.dispose();
  });

  it('needs a teacher', async () => {
    const model = tinyCnn();
    const options = { epochs: 1, loss: { distillation: {} } };
    await expect(train(model, squares(14), options)).rejects.toThrow(InputError);
    await expect(train(model, squares(14), options)).rejects.toThrow(/dataset\.withTeacher/);
    model.dispose();
    expect(tf.memory().numTensors).toBe(0);
  });
});
