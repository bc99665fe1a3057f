import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import type { DatasetParts } from '../../src/data/dataset-parts';
import { Dataset } from '../../src/data/dataset';
import { InputError } from '../../src/errors';
import { EMOTIONS } from '../../src/labels';
import { describeOn, expectNoLeaks } from '../support/backends';
import { numberedDataset, tinyDataset } from './fixtures';

const SOFT = [0.5, 0.5, 0, 0, 0, 0, 0];

describe('Dataset', () => {
  it('fills in defaults', () => {
    const dataset = new Dataset({ images: new Uint8Array(2 * 48 * 48) });
    expect(dataset).toMatchObject({ size: 2, height: 48, width: 48, channels: 1, numClasses: 7, classNames: EMOTIONS });
    expect([...dataset.labels, ...dataset.splits, ...dataset.rows]).toEqual([255, 255, 255, 255, 1, 2]);
    expect([dataset.targets, dataset.sampleWeights, dataset.names, dataset.skipped]).toEqual([
      undefined,
      undefined,
      undefined,
      [],
    ]);
  });

  it.each<[Partial<Record<keyof DatasetParts, unknown>>, string]>([
    [{ images: [1, 2, 3, 4] }, 'images: expected a Uint8Array, received [1, 2, 3, 4]'],
    [{ images: undefined }, 'images: expected a Uint8Array, received undefined'],
    [{ images: new Uint8Array(9) }, 'images: expected a multiple of 2 × 2 pixels, received 9 pixels'],
    [{ height: 0 }, 'height'],
    [{ width: 1.5 }, 'width'],
    [{ labels: new Uint8Array(3) }, 'labels: expected a Uint8Array of length 2, received length 3'],
    [{ labels: [0, 1] }, 'labels: expected a Uint8Array of length 2, received [0, 1]'],
    [{ labels: Uint8Array.of(0, 7) }, 'labels: expected 0..6 or 255, received 7 at 1'],
    [{ splits: Uint8Array.of(3, 0) }, 'splits: expected 0..2 or 255, received 3 at 0'],
    [{ rows: new Uint32Array(1) }, 'rows: expected a Uint32Array of length 2'],
    [{ targets: new Float32Array(7) }, 'targets: expected a Float32Array of length 14'],
    [
      { targets: Float32Array.from([...SOFT, 1, 1, 0, 0, 0, 0, 0]) },
      'targets: expected rows that sum to 1, received a sum of 2 in row 1',
    ],
    [
      { targets: Float32Array.from([...SOFT, 1, NaN, 0, 0, 0, 0, 0]) },
      'targets: expected numbers in 0..1, received NaN at 8',
    ],
    [
      { sampleWeights: Float32Array.of(1, -1) },
      'sampleWeights: expected finite numbers of at least 0, received -1 at 1',
    ],
    [{ sampleWeights: Float32Array.of(1, Infinity) }, 'received Infinity at 1'],
    [{ names: ['a'] }, 'names: expected an array of length 2'],
  ])('refuses the parts %o', (parts, message) => {
    const make = (): Dataset =>
      new Dataset({ images: new Uint8Array(8), height: 2, width: 2, ...parts } as DatasetParts);
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });

  const images = [0, 1, 2, 3].map((i) => [i, i + 1, i + 2, i + 3]);
  const dataset = new Dataset({
    ...tinyDataset(images, { labels: [3, 3, 0, 255], splits: [0, 1, 0, 2], rows: [2, 3, 4, 5] }),
    sampleWeights: Float32Array.of(1, 2, 3, 4),
    names: ['a', 'b', 'c', 'd'],
  });

  it('selects by split', () => {
    expect([...dataset.where('Training').rows]).toEqual([2, 4]);
    expect([...dataset.where(['PublicTest', 'PrivateTest']).rows]).toEqual([3, 5]);
    expect(dataset.where('Training').where('PublicTest').size).toBe(0);
    expect(() => dataset.where('Test' as 'Training')).toThrow('Dataset.where: split');
  });

  it('selects all arrays by index, in order and with repetition', () => {
    const part = dataset.withTargets(Float32Array.from([SOFT, SOFT, SOFT, SOFT].flat())).subset([2, 0, 2]);
    expect([...part.images]).toEqual([2, 3, 4, 5, 0, 1, 2, 3, 2, 3, 4, 5]);
    expect([[...part.labels], [...part.splits], [...part.rows]]).toEqual([
      [0, 3, 0],
      [0, 0, 0],
      [4, 2, 4],
    ]);
    expect([...part.sampleWeights!]).toEqual([3, 1, 3]);
    expect(part.names).toEqual(['c', 'a', 'c']);
    expect([...part.targets!]).toEqual([SOFT, SOFT, SOFT].flat());
    expect(() => dataset.subset([4])).toThrow('Dataset.subset: indices: expected an integer in 0..3, received 4');
  });

  it('copies selected images', () => {
    const part = dataset.subset([0]);
    part.images.fill(9);
    expect(dataset.images[0]).toBe(0);
  });

  it('drops rows by their numbers', () => {
    expect([...dataset.withoutRows([2, 5, 99]).rows]).toEqual([3, 4]);
  });

  it('refuses invalid batch options', () => {
    expect(() => dataset.toDataset(null as never)).toThrow('Dataset.toDataset: expected an object, received null');
  });

  it.each(['subset: indices', 'withoutRows: rows'])('refuses indices or rows that are not iterable: %s', (where) => {
    const method = where.split(':')[0] as 'subset' | 'withoutRows';
    for (const value of [null, undefined, 3, {}]) {
      expect(() => dataset[method](value as never)).toThrow(InputError);
      expect(() => dataset[method](value as never)).toThrow(`Dataset.${where}: expected an array or another iterable`);
    }
  });

  it('counts classes, the unlabeled apart', () => expect(dataset.classCounts()).toEqual([1, 0, 0, 2, 0, 0, 0]));

  it('replaces labels, targets and weights in a new data set', () => {
    expect([...dataset.withLabels(Uint8Array.of(1, 1, 1, 1)).labels]).toEqual([1, 1, 1, 1]);
    expect(
      dataset.withTargets(Float32Array.from([SOFT, SOFT, SOFT, SOFT].flat())).withTargets().targets,
    ).toBeUndefined();
    expect(dataset.withSampleWeights().sampleWeights).toBeUndefined();
    expect([...dataset.sampleWeights!]).toEqual([1, 2, 3, 4]);
    expect(() => dataset.withTargets(new Float32Array(28))).toThrow(InputError);
  });

  it('concatenates', () => {
    const both = dataset.subset([0]).concat(dataset.subset([1]), dataset.subset([3]));
    expect([...both.images]).toEqual([0, 1, 2, 3, 1, 2, 3, 4, 3, 4, 5, 6]);
    expect([[...both.labels], [...both.splits], [...both.rows]]).toEqual([
      [3, 3, 255],
      [0, 1, 2],
      [2, 3, 5],
    ]);
    expect(both.names).toEqual(['a', 'b', 'd']);
    expect([...both.sampleWeights!]).toEqual([1, 2, 4]);
    expect(both.targets).toBeUndefined();
  });

  it('concatenates sets with and without targets, weights and names', () => {
    const plain = tinyDataset([[1, 2, 3, 4]], { labels: [6] });
    const both = plain.concat(dataset.subset([0]).withTargets(Float32Array.from(SOFT)));
    expect([...both.targets!]).toEqual([0, 0, 0, 0, 0, 0, 1, ...SOFT]);
    expect([...both.sampleWeights!]).toEqual([1, 1]);
    expect(both.names).toBeUndefined();
  });

  it('refuses to concatenate other sizes, and targets with no label', () => {
    expect(() => dataset.concat(new Dataset({ images: new Uint8Array(48 * 48) }))).toThrow(
      'Dataset.concat: others: expected images of 2 × 2 pixels, received images of 48 × 48 pixels.',
    );
    const soft = dataset.subset([0]).withTargets(Float32Array.from(SOFT));
    expect(() => soft.concat(dataset.subset([3]))).toThrow(
      'expected labels or targets in all sets, received no label at 0',
    );
  });
});

describeOn(['cpu', 'wasm'], 'Dataset as tensors', () => {
  expectNoLeaks();
  const dataset = tinyDataset(
    [
      [0, 50, 100, 255],
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
    { labels: [1, 6, 255] },
  );

  it('gives one image as [h, w, 1] float32', async () => {
    const image = dataset.image(0);
    expect([image.shape, image.dtype]).toEqual([[2, 2, 1], 'float32']);
    expect([...(await image.data())]).toEqual([0, 50, 100, 255]);
    image.dispose();
    expect(() => dataset.image(3)).toThrow('Dataset.image: index: expected an integer in 0..2, received 3');
  });

  it('gives all images as [n, h, w, 1] float32 with one-hot targets, zeros where there is no label', async () => {
    const { xs, ys } = dataset.toTensors();
    expect([xs.shape, xs.dtype, ys.shape, ys.dtype]).toEqual([[3, 2, 2, 1], 'float32', [3, 7], 'float32']);
    expect([...(await xs.data())]).toEqual([0, 50, 100, 255, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect([...(await ys.data())]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    tf.dispose([xs, ys]);
  });

  it('gives soft targets where there are some', async () => {
    const { xs, ys } = dataset.subset([0]).withTargets(Float32Array.from(SOFT)).toTensors();
    expect([...(await ys.data())]).toEqual(SOFT);
    tf.dispose([xs, ys]);
  });

  it('gives empty tensors for an empty set', () => {
    const { xs, ys } = dataset.subset([]).toTensors();
    expect([xs.shape, ys.shape]).toEqual([
      [0, 2, 2, 1],
      [0, 7],
    ]);
    tf.dispose([xs, ys]);
  });
});

describeOn(['cpu', 'wasm'], 'Dataset.toDataset', () => {
  expectNoLeaks();
  const dataset = numberedDataset(20);
  const order = async (data: ReturnType<Dataset['toDataset']>): Promise<number[][]> => {
    const batches: number[][] = [];
    await data.forEachAsync(({ xs, ys }) => {
      expect([xs.shape.slice(1), ys.shape]).toEqual([
        [2, 2, 1],
        [xs.shape[0], 7],
      ]);
      batches.push(Array.from(xs.dataSync()).filter((_, i) => i % 4 === 0));
      tf.dispose([xs, ys]);
    });
    return batches;
  };

  it('gives batches in file order, the last one smaller, and has their number as size', async () => {
    const data = dataset.toDataset({ batchSize: 8 });
    expect(data.size).toBe(3);
    expect((await order(data)).map((batch) => batch.length)).toEqual([8, 8, 4]);
    expect((await order(data)).flat()).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const full = dataset.toDataset({ batchSize: 8, dropRemainder: true });
    expect([full.size, (await order(full)).length]).toEqual([2, 2]);
  });

  it('shuffles by the seed alone, differently in each epoch', async () => {
    const options = { batchSize: 8, shuffle: true, seed: 5 };
    const [one, two] = [dataset.toDataset(options), dataset.toDataset(options)];
    const epochs = [await order(one), await order(one)];
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(epochs[0]!.flat().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect([await order(two), await order(two)]).toEqual(epochs);
    expect(await order(dataset.toDataset({ ...options, epoch: 1 }))).toEqual(epochs[1]);
    expect(await order(dataset.toDataset({ ...options, seed: 6 }))).not.toEqual(epochs[0]);
  });

  it('augments by the seed too', async () => {
    const values = async (seed: number): Promise<number[]> => {
      const [batch] = await dataset.toDataset({ batchSize: 20, seed, augment: { brightness: 0.2 } }).toArray();
      const pixels = [...batch!.xs.dataSync()];
      tf.dispose([batch!.xs, batch!.ys]);
      return pixels;
    };
    expect(await values(1)).toEqual(await values(1));
    expect(await values(1)).not.toEqual(await values(2));
  });

  it('refuses options at once', () => {
    expect(() => dataset.toDataset({ batchSize: 0 })).toThrow(InputError);
    expect(() => dataset.toDataset({ batchsize: 8 } as object)).toThrow(/the key "batchsize"/);
  });
});

describeOn(['cpu'], 'Dataset.toDataset in model.fitDataset', () => {
  expectNoLeaks();

  it('trains for several epochs, starting with epoch 0', async () => {
    const model = tfl.sequential({
      layers: [tfl.layers.flatten({ inputShape: [2, 2, 1] }), tfl.layers.dense({ units: 7, activation: 'softmax' })],
    });
    const optimizer = tf.train.sgd(1e-5);
    model.compile({ optimizer, loss: 'categoricalCrossentropy' });
    const seen: number[][] = [];
    const data = numberedDataset(20).toDataset({ batchSize: 10, shuffle: true, seed: 1 });
    const watched = data.map((batch) => {
      seen.push(Array.from(batch.xs.dataSync()).filter((_, i) => i % 4 === 0));
      return batch;
    });
    const { epoch } = await model.fitDataset(watched, { epochs: 3, verbose: 0 });
    expect(epoch).toEqual([0, 1, 2]);
    expect(seen).toHaveLength(6);
    const first = numberedDataset(20).toDataset({ batchSize: 20, shuffle: true, seed: 1 });
    const [batch] = await first.toArray();
    expect(seen.slice(0, 2).flat()).toEqual(Array.from(batch!.xs.dataSync()).filter((_, i) => i % 4 === 0));
    tf.dispose([batch!.xs, batch!.ys]);
    model.dispose();
    optimizer.dispose();
  });
});
