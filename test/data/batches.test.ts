import { describe, expect, it } from 'vitest';
import { batches, countBatches, type LabeledImages } from '../../src/data/batches';
import { InputError } from '../../src/errors';

/** Ten images of one pixel with the values 0, 10, 20, … */
const data: LabeledImages = {
  images: Uint8Array.from({ length: 10 }, (_, i) => 10 * i),
  labels: Uint8Array.from({ length: 10 }, (_, i) => (i === 9 ? 255 : i % 3)),
  targets: undefined,
  sampleWeights: Float32Array.from({ length: 10 }, (_, i) => i),
  ...{ size: 10, height: 1, width: 1, channels: 1, numClasses: 3 },
};
const values = (options: Parameters<typeof batches>[1]) =>
  [...batches(data, options)].flatMap(({ images }) => [...images].map((value) => value / 10));

describe('batches', () => {
  it('go through the data in order, the last one shorter', () => {
    const all = [...batches(data, { batchSize: 4 })];
    expect(all.map(({ size }) => size)).toEqual([4, 4, 2]);
    expect(values({ batchSize: 4 })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...batches(data, { batchSize: 4, dropRemainder: true })].length).toBe(2);
  });

  it('carry one-hot targets, zeros where the label is unknown, and weights', () => {
    const [first, , last] = [...batches(data, { batchSize: 4 })];
    expect([...first!.targets]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0]);
    expect([...last!.targets]).toEqual([0, 0, 1, 0, 0, 0]);
    expect([...last!.sampleWeights!]).toEqual([8, 9]);
  });

  it('carry soft targets in place of labels', () => {
    const targets = Float32Array.from({ length: 30 }, (_, i) => i);
    const [first] = batches({ ...data, targets }, { batchSize: 2 });
    expect([...first!.targets]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('are shuffled by seed and epoch, each image once', () => {
    const once = values({ shuffle: true, seed: 5 });
    expect([...once].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(values({ shuffle: true, seed: 5 })).toEqual(once);
    expect(values({ shuffle: true, seed: 5, epoch: 1 })).not.toEqual(once);
    expect(values({ shuffle: true, seed: 6 })).not.toEqual(once);
  });

  it('can be resumed within an epoch, with the same augmentation', () => {
    const options = { batchSize: 3, shuffle: true, seed: 2, epoch: 3, augment: { brightness: 0.5 } };
    expect([...batches(data, { ...options, firstBatch: 2 })]).toEqual([...batches(data, options)].slice(2));
  });

  it('are owned by the consumer', () => {
    const [first] = batches(data, { batchSize: 10 });
    first!.images.fill(255);
    expect(data.images[1]).toBe(10);
  });

  it('are counted', () => {
    expect([countBatches(28709, 128), countBatches(28709, 128, true), countBatches(0, 8)]).toEqual([225, 224, 0]);
  });

  it.each([{ batchSize: 0 }, { seed: -1 }, { epoch: 0.5 }, { firstBatch: -1 }, { size: 3 } as never])(
    'refuse options out of range (%#)',
    (options) => {
      expect(() => batches(data, options)).toThrow(InputError);
    },
  );
});
