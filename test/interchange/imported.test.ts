import { expect, it } from 'vitest';
import { loadClassifier } from '../../src/classify/load';
import { evaluate } from '../../src/evaluate/evaluate';
import { exportOnnx } from '../../src/interchange/onnx';
import { importKeras } from '../../src/interchange/keras-import';
import { EMOTIONS } from '../../src/labels';
import { train } from '../../src/train/train';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { squares } from '../support/faces';
import { weightsOf } from '../support/tiny';
import { fixture, free } from './fixtures';

/** The reference project's shallow network, narrow, for pictures of 16 × 16 pixels; its head is seven sigmoids. */
const load = () =>
  importKeras(
    { json: fixture('keras3/shallow.json'), weights: fixture('keras3/shallow.weights.h5') },
    { classNames: 'fer2013', pixels: '0..1' },
  );

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describeOn(BACKENDS, 'a network from Keras with a sigmoid head', () => {
  expectNoLeaks();

  it('classifies by probabilities that sum to 1', async () => {
    const model = await load();
    const classifier = await loadClassifier({ model });
    const { images } = squares(1);
    const predictions = await classifier.classify({
      data: Uint8Array.from(images),
      width: 16,
      height: 16,
      channels: 1,
    });
    expect(predictions.map(({ className }) => className).toSorted()).toEqual(EMOTIONS.toSorted());
    expect(sum(predictions.map(({ probability }) => probability))).toBeCloseTo(1, 5);
    classifier.dispose();
    free(model);
  });

  it('is evaluated', async () => {
    const model = await load();
    const report = await evaluate(model, squares(14));
    expect(report.size).toBe(14);
    expect(report.accuracy).toBeGreaterThanOrEqual(0);
    free(model);
  });

  it('is trained on from the weights that it came with', async () => {
    const model = await load();
    const before = weightsOf(model);
    const pictures = squares(14);
    const { history } = await train(model, pictures, {
      epochs: 4,
      batchSize: 7,
      validation: pictures, // scored without dropout
      loss: { type: 'binaryCrossentropy' },
      optimization: { learningRate: 0.01 },
    });
    expect(history.at(-1)!.valLoss!).toBeLessThan(history[0]!.valLoss!);
    expect(weightsOf(model)).not.toEqual(before);
    expect((await exportOnnx(model)).length).toBeGreaterThan(1000);
    free(model);
  });
});
