import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { classifyFaces, createTracker } from '../../src/faces';
import { ROOT } from '../docs/documents';
import { useBackend } from '../support/backends';

const ASTRONAUT = sharp(`${ROOT}examples/pictures/astronaut.jpg`).removeAlpha(); // 512 × 512 pixels, one happy face

async function part(left: number, top: number, width: number, height: number) {
  const data = await ASTRONAUT.clone().extract({ left, top, width, height }).raw().toBuffer();
  return { data, width, height };
}

describe('classifyFaces', () => {
  beforeAll(() => useBackend('wasm'));

  it('finds the face in a photo and names its emotion, with nothing else given', async () => {
    const [face, ...others] = await classifyFaces(await part(0, 0, 512, 512), { topk: 1 });
    expect(others).toEqual([]);
    expect(face).toMatchObject({ predictions: [{ className: 'happy' }] });
    expect(face!.score).toBeGreaterThan(0.9);
  });

  it('takes several photos, and leaves no tensors behind', async () => {
    const photos = [await part(0, 300, 512, 212), await part(100, 0, 400, 400)];
    await classifyFaces(photos[1]!);
    const before = tf.memory().numTensors;
    const results = await classifyFaces(photos, { topk: 1 });
    expect(results.map((faces) => faces.map(({ predictions }) => predictions[0]!.className))).toEqual([[], ['happy']]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names itself, and the faces that it was given, in errors', async () => {
    const photo = await part(100, 0, 400, 400);
    await expect(classifyFaces('missing.jpg')).rejects.toThrow(/^classifyFaces: missing\.jpg: expected/);
    await expect(classifyFaces(photo, { topk: 0 })).rejects.toThrow(/^classifyFaces: options\.topk: expected/);
    await expect(classifyFaces(photo, { faces: [{}] as never })).rejects.toThrow(
      /^classifyFaces: options\.faces\[0\]: expected a face/,
    );
    await expect(classifyFaces([photo], { faces: [] })).rejects.toThrow(
      /^classifyFaces: options\.faces: expected one photo/,
    );
  });

  it('is what a tracker asks that is given no classifier', async () => {
    const tracker = createTracker();
    const ids: number[] = [];
    for (const [i, left] of [0, 6, 12, 18, 24, 30].entries()) {
      const faces = await tracker.update(await part(left, 0, 440, 440), 40 * i);
      expect(faces).toMatchObject([{ className: 'happy' }]);
      const [x, expected] = [faces![0]!.box!.x, 177 - left];
      expect(Math.abs(x - expected)).toBeLessThan(12);
      ids.push(faces![0]!.id);
    }
    expect(ids).toEqual([1, 1, 1, 1, 1, 1]);
    tracker.dispose();
  });
});
