import { describe, expect, it } from 'vitest';
import type { LabeledImages } from '../../src/data/batches';
import { selectImages } from '../../src/data/select';

const DATA: LabeledImages = {
  images: Uint8Array.of(1, 2, 3, 4, 5, 6),
  labels: Uint8Array.of(0, 1, 255),
  targets: Float32Array.of(1, 0, 0.5, 0.5, 0, 0),
  teacher: undefined,
  sampleWeights: Float32Array.of(1, 2, 3),
  ...{ size: 3, height: 1, width: 2, channels: 1, numClasses: 2 },
};

describe('selectImages', () => {
  it('copies images with labels, targets and weights, in the order of the indices', () => {
    expect(selectImages(DATA, [2, 0, 2])).toEqual({
      images: Uint8Array.of(5, 6, 1, 2, 5, 6),
      labels: Uint8Array.of(255, 0, 255),
      targets: Float32Array.of(0, 0, 1, 0, 0, 0),
      teacher: undefined,
      sampleWeights: Float32Array.of(3, 1, 3),
      ...{ size: 3, height: 1, width: 2, channels: 1, numClasses: 2 },
    });
    expect(selectImages({ ...DATA, images: Float32Array.from(DATA.images) }, [1]).images).toEqual(
      Float32Array.of(3, 4),
    );
    expect(selectImages(DATA, []).images).toEqual(new Uint8Array(0));
  });

  it("leaves bytes of Node's Buffer alone, whose slice() is a view", () => {
    const images = Buffer.from([1, 2, 3, 4, 5, 6]);
    expect(Array.from(selectImages({ ...DATA, images }, [2, 1]).images)).toEqual([5, 6, 3, 4]);
    expect([...images]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
