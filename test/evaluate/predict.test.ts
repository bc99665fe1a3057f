import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { UNLABELED } from '../../src/data/batches';
import { evaluate } from '../../src/evaluate/evaluate';
import { train } from '../../src/train/train';
import { InputError } from '../../src/errors';
import { DEFAULT_PREPROCESSING } from '../../src/image/preprocess';
import { predict } from '../../src/evaluate/predict';
import { BACKENDS, describeOn, expectNoLeaks } from '../support/backends';
import { expectedOutputs, makeData, makeModel, SIDE } from './fixture';

const CLOSE = { atol: 1e-5, rtol: 1e-4 };

describeOn(BACKENDS, 'predict', () => {
  expectNoLeaks();
  const data = makeData(5);
  let model: tfl.Sequential;
  let tensors = 0;
  beforeAll(async () => {
    model = await makeModel();
    tensors = tf.memory().numTensors;
  });
  afterAll(() => model.dispose());

  it('gives the model’s outputs in the order of the data, in inference mode, for every batch size', async () => {
    const expected = expectedOutputs(data);
    for (const batchSize of [1, 2, 5, 64]) {
      const outputs = await predict(model, data, { batchSize });
      expect(outputs).toBeInstanceOf(Float32Array);
      expect(outputs).toBeAllClose(expected, CLOSE);
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('accepts unlabeled, float and no images', async () => {
    const labels = new Uint8Array(5).fill(UNLABELED);
    const outputs = await predict(model, { ...data, labels, images: Float32Array.from(data.images) });
    expect(outputs).toBeAllClose(expectedOutputs(data), CLOSE);
    expect(await predict(model, makeData(0))).toHaveLength(0);
  });

  it('resizes to the model’s input by default and uses the given preprocessing', async () => {
    const images = Uint8Array.from({ length: 4 * SIDE * SIDE }, (_, i) => {
      const [row, column] = [Math.floor(i / (2 * SIDE)), i % (2 * SIDE)];
      return data.images[(row >> 1) * SIDE + (column >> 1)]!;
    });
    const large = { ...makeData(1), images, height: 2 * SIDE, width: 2 * SIDE };
    expect(await predict(model, large)).toBeAllClose(expectedOutputs(data).slice(0, 3), CLOSE);
    const preprocessing = { ...DEFAULT_PREPROCESSING, inputSize: [SIDE, SIDE] as const };
    const same = await predict(model, data, { preprocessing });
    const other = await predict(model, data, { preprocessing: { ...preprocessing, mean: 0 } });
    expect(same).toBeAllClose(expectedOutputs(data), CLOSE);
    expect(other).not.toBeAllClose(same);
  });

  it('reports its progress after each batch', async () => {
    const steps: number[][] = [];
    await predict(model, data, { batchSize: 2, onProgress: (done, total) => steps.push([done, total]) });
    expect(steps).toEqual([
      [2, 5],
      [4, 5],
      [5, 5],
    ]);
  });

  it('ends with the signal’s reason between two batches and leaves no tensor', async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    const onProgress = (done: number) => {
      steps.push(done);
      controller.abort(new Error('enough'));
    };
    const run = predict(model, data, { batchSize: 2, signal: controller.signal, onProgress });
    await expect(run).rejects.toThrow('enough');
    expect(steps).toEqual([2]);
    await expect(predict(model, data, { signal: controller.signal })).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('lets timers run during a long job, so that they can abort it', async () => {
    const busy = () => {
      const end = performance.now() + 60;
      while (performance.now() < end);
    };
    const signal = AbortSignal.timeout(1);
    await expect(predict(model, data, { batchSize: 1, signal, onProgress: busy })).rejects.toThrow('timeout');
  });

  it('leaves no tensor when a batch fails', async () => {
    const failing = Object.create(model) as tfl.Sequential;
    failing.predictOnBatch = () => {
      tf.ones([4]);
      throw new Error('kernel failed');
    };
    await expect(predict(failing, data)).rejects.toThrow('kernel failed');
    const onProgress = () => {
      throw new Error('callback failed');
    };
    await expect(predict(model, data, { onProgress })).rejects.toThrow('callback failed');
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('refuses invalid input before it creates a tensor', async () => {
    const preprocessing = { ...DEFAULT_PREPROCESSING };
    const refused = async (run: Promise<unknown>, message: string) => {
      await expect(run).rejects.toThrow(InputError);
      await expect(run).rejects.toThrow(message);
    };
    await refused(
      predict(model, data, { preprocessing }),
      'predict: preprocessing: expected preprocessing for the input [null, 4, 4, 1], received inputSize [48, 48]',
    );
    await refused(predict(model, { ...data, numClasses: 7 }), 'one output of shape [null, 7]');
    await refused(
      predict(model, { ...data, images: data.images.subarray(1) }),
      'predict: data.images: expected 5 × 4 × 4 × 1 values, received 79',
    );
    await refused(predict(model, undefined as never), 'a Dataset or an object with the same arrays');
    await refused(predict(model, data, { batchSize: 0 }), 'predict: batchSize');
    await refused(predict(model, data, { batchsize: 2 } as object), 'batchsize');
    await refused(predict(tfl.sequential(), data), 'a built model with one input');
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('asks for the preprocessing of other models', async () => {
    const layers = [tfl.layers.flatten({ inputShape: [SIDE, SIDE, 1] }), tfl.layers.dense({ units: 3 })];
    const foreign = tfl.sequential({ layers });
    await expect(predict(foreign, data)).rejects.toThrow(
      "predict: model: expected a model with known preprocessing, received one without. Pass preprocessing: '0..1'",
    );
    expect(await predict(foreign, data, { preprocessing: '0..1' })).toHaveLength(3 * data.size);
    foreign.dispose();
  });

  it('runs a model for RGB on gray images', async () => {
    const layers = [tfl.layers.flatten({ inputShape: [SIDE, SIDE, 3] }), tfl.layers.dense({ units: 3 })];
    const rgb = tfl.sequential({ layers });
    const kernel = Float32Array.from({ length: SIDE * SIDE * 9 }, (_, i) => (i % 3 === 0 ? 1 : 0)); // the first output sums all
    tf.tidy(() => rgb.setWeights([tf.tensor(kernel, [SIDE * SIDE * 3, 3]), tf.zeros([3])]));
    const outputs = await predict(
      rgb,
      { ...data, images: data.images.subarray(0, 16), labels: data.labels.subarray(0, 1), size: 1 },
      { preprocessing: '0..255' },
    );
    expect(outputs[0]).toBeCloseTo(3 * Array.from(data.images.subarray(0, 16)).reduce((a, b) => a + b, 0), 1);
    rgb.dispose();
  });

  it('refuses a model whose input is not an image', async () => {
    const five = tfl.sequential({
      layers: [tfl.layers.flatten({ inputShape: [SIDE, SIDE, 5] }), tfl.layers.dense({ units: 3 })],
    });
    await expect(predict(five, data)).rejects.toThrow('received the input shape [null, 4, 4, 5]');
    five.dispose();
  });

  const rows = (...row: number[]) => Float32Array.from({ length: 15 }, (_, i) => row[i % 3]!);
  it.each([
    [
      'images of 16 bits',
      { images: new Uint16Array(80) },
      'images: expected a Uint8Array or Float32Array, received a Uint16Array',
    ],
    [
      'images of signed numbers',
      { images: new Int16Array(80) },
      'received a Int16Array. Scale other pixels to 0..255 first',
    ],
    ['images of doubles', { images: new Float64Array(80) }, 'received a Float64Array'],
    ['labels of 32 bits', { labels: new Int32Array(5) }, 'labels: expected a Uint8Array, received a Int32Array'],
    ['targets of doubles', { targets: new Float64Array(15).fill(1 / 3) }, 'Convert it with Float32Array.from(x)'],
    ['negative targets', { targets: rows(-1, 1, 1) }, 'data.targets: expected numbers in 0..1, received -1 at 0'],
    ['targets above 1', { targets: rows(10, 30, 30) }, 'data.targets: expected numbers in 0..1, received 10 at 0'],
    ['targets that sum to 1.5', { targets: rows(0.5, 0.5, 0.5) }, 'rows that sum to 1, received a sum of 1.5 in row 0'],
    ['targets that are not numbers', { targets: rows(NaN, 1, 0) }, 'received NaN at 0'],
    ['a teacher with logits', { teacher: rows(2, -3, 1) }, 'data.teacher: expected numbers in 0..1'],
    [
      'negative weights',
      { sampleWeights: Float32Array.of(1, 1, -1, 1, 1) },
      'finite numbers of at least 0, received -1 at 2',
    ],
    ['infinite weights', { sampleWeights: Float32Array.of(Infinity, 1, 1, 1, 1) }, 'received Infinity at 0'],
  ])('refuses %s', async (_, change, message) => {
    const wrong = { ...data, ...change } as unknown as typeof data;
    await expect(predict(model, wrong)).rejects.toThrow(message);
    await expect(evaluate(model, wrong)).rejects.toThrow(message);
    const weights = JSON.stringify(model.getWeights().map((weight) => weight.arraySync()));
    await expect(train(model, wrong, { epochs: 1 })).rejects.toThrow(message);
    expect(JSON.stringify(model.getWeights().map((weight) => weight.arraySync()))).toBe(weights);
  });

  it('refuses data without one of its numbers, and weights of only zeros', async () => {
    for (const name of ['size', 'height', 'width', 'channels', 'numClasses'] as const) {
      const refused = predict(model, { ...data, [name]: undefined });
      await expect(refused).rejects.toThrow(`predict: data.${name}: expected an integer`);
    }
    const sampleWeights = new Float32Array(data.size);
    await expect(predict(model, { ...data, sampleWeights })).rejects.toThrow(
      'predict: data.sampleWeights: expected a weight above 0, received only zeros',
    );
  });
});
