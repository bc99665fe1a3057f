import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { cropFaces } from '../../src/image/crop';
import { readCrops } from '../../src/image/read';
import type { FaceRegion } from '../../src/image/region';
import { Random } from '../../src/random';
import { useBackend } from '../support/backends';

describe('readCrops', () => {
  beforeAll(() => useBackend('cpu'));

  const random = new Random(1);
  const [width, height] = [400, 300];
  const data = new Uint8Array(width * height * 3).map(() => random.integer(256));
  const box = (x: number, y: number, side: number) => ({ box: { x, y, width: side, height: side } });
  const turned = { ...box(0, 0, 9), landmarks: { leftEye: [100, 100], rightEye: [130, 115] } } as const;
  const cases = [
    ['a box', [box(60.5, 70.25, 50)], undefined],
    ['a turned face', [turned], undefined],
    ['a face cut off by the edge', [box(-20, 240, 70)], 0.3],
    ['a small one that grows', [box(200, 20, 12)], 0],
    ['two faces, far apart', [box(10, 10, 50), turned], undefined],
  ] satisfies [string, FaceRegion[], number | undefined][];

  it.each(cases)('cuts %s out of pixels as cropFaces cuts it out of a tensor', async (_, regions, margin) => {
    const options = { size: [48, 40], margin } as const;
    const before = tf.memory().numTensors;
    const image = tf.tensor3d(data, [height, width, 3]);
    const expected = cropFaces(image, regions, options);
    const bytes = await readCrops({ data, width, height }, regions, 3, options);
    const deep = { data: Uint16Array.from(data, (value) => 257 * value), width, height };
    const words = await readCrops(deep, regions, 3, options);
    expect(bytes.shape).toEqual([regions.length, 48, 40, 3]);
    expect(bytes.dataSync()).toEqual(expected.dataSync());
    expect(words.dataSync()).toBeAllClose(expected.dataSync(), { atol: 1e-3 });
    tf.dispose([image, expected, bytes, words]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('makes no tensor of the rest of the image', async () => {
    const made = vi.spyOn(tf.backend(), 'write');
    (await readCrops({ data, width, height }, [box(60, 70, 50)], 1, {})).dispose();
    const sizes = made.mock.calls.map(([values]) => values.length);
    made.mockRestore();
    expect(sizes.length).toBeGreaterThan(0);
    expect(Math.max(...sizes)).toBeLessThan(0.1 * data.length);
  });
});
