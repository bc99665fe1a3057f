import { within } from '../../src/errors';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cutPatch } from '../../src/faces/patch';
import { cropFaces } from '../../src/image/crop';
import { toImages } from '../../src/image/input';
import type { FaceRegion } from '../../src/image/region';
import { Random } from '../../src/random';
import { useBackend } from '../support/backends';

describe('cutPatch', () => {
  beforeAll(() => useBackend('cpu'));

  const random = new Random(1);
  const photo = { data: new Uint8Array(400 * 300 * 3).map(() => random.integer(256)), width: 400, height: 300 };
  const crops = (picture: typeof photo, regions: readonly FaceRegion[], margin?: number) => {
    const faces = tf.tidy(() =>
      cropFaces(
        within('test', () => toImages(picture)),
        regions,
        { size: [48, 40], margin },
      ),
    );
    const values = faces.dataSync();
    faces.dispose();
    return values;
  };
  const box = (x: number, y: number, side: number) => ({ box: { x, y, width: side, height: side } });
  const turned = { ...box(0, 0, 9), landmarks: { leftEye: [100, 100], rightEye: [130, 115] } } as const;

  it.each([
    ['a box', [box(60.5, 70.25, 50)], undefined],
    ['a turned face', [turned], undefined],
    ['a face cut off by the edge', [box(-20, 240, 70)], 0.3],
    ['a small one that grows', [box(200, 20, 12)], 0],
    ['two faces', [box(60, 70, 50), turned], undefined],
  ] as const)('keeps what the crop of %s shows', (_, regions, margin) => {
    const patch = cutPatch(photo, regions, [48, 40], margin);
    expect(patch.picture.width * patch.picture.height).toBeLessThan(0.3 * 400 * 300);
    expect(crops(patch.picture as typeof photo, patch.regions, margin)).toBeAllClose(crops(photo, regions, margin), {
      atol: 0.01,
    });
  });

  it('leaves a photo whole that is needed for the most part, or has more than bytes', () => {
    const far = [box(10, 10, 40), box(340, 240, 40)];
    expect(cutPatch(photo, far, [48, 48], undefined)).toEqual({ picture: photo, regions: far });
    const deep = { data: new Uint16Array(photo.data), width: 400, height: 300 };
    expect(cutPatch(deep, [turned], [48, 48], undefined).picture).toBe(deep);
  });
});
