import sharp from 'sharp';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Classifier } from '../../src/classify/classifier';
import type { DetectedFace, DetectorPhoto, FaceDetector } from '../../src/faces/detector';
import { createFaceClassifier, type FaceClassifierOptions } from '../../src/faces/face-classifier';
import { loadClassifier } from '../../src/classify/load';
import { InputError } from '../../src/errors';
import type { Point } from '../../src/image/region';
import { expectNoLeaks, useBackend } from '../support/backends';
import { TINY_CARD, tinyModel } from '../classify/tiny';

const box = (x: number, y: number, side: number) => ({ x, y, width: side, height: side });

/** A detector that finds what it is told to. */
const finds = (...faces: DetectedFace[]) => ({ detect: () => faces });

/** A photo of 40 × 20 pixels: a face of class 0 (bright top left) in its left half, one of class 3 in its right half. */
function photo() {
  const data = new Uint8Array(40 * 20);
  for (let y = 0; y < 10; y++) data.fill(255, y * 40, y * 40 + 10);
  for (let y = 10; y < 20; y++) data.fill(255, y * 40 + 30, y * 40 + 40);
  return { data, width: 40, height: 20 };
}

describe('createFaceClassifier', () => {
  let classifier: Classifier;

  beforeAll(async () => {
    await useBackend('wasm');
    classifier = await loadClassifier({ model: tinyModel(40), card: TINY_CARD });
  });
  afterAll(() => {
    classifier.dispose();
    classifier.model.dispose();
  });
  expectNoLeaks();

  const create = (detector: FaceDetector, options: FaceClassifierOptions = {}) =>
    createFaceClassifier({ detector, classifier, minSize: 0, ...options });

  it('makes the tensor for the detector only if that looks at it', async () => {
    let made = 0;
    const count = (photo: DetectorPhoto, look: boolean) => {
      const before = tf.memory().numTensors;
      if (look) expect(photo.pixels.shape).toEqual([photo.height, photo.width, 3]);
      if (look) expect(photo.pixels).toBe(photo.pixels);
      made = tf.memory().numTensors - before;
      return [];
    };
    await create({ detect: (picture) => count(picture, false) }).classify(photo());
    expect(made).toBe(0);
    await create({ detect: (picture) => count(picture, true) }).classify(photo());
    expect(made).toBe(1);
  });

  it('classifies every face that the detector finds', async () => {
    const faces = create(finds({ box: box(0, 0, 20) }, { box: box(20, 0, 20), score: 0.8 }));
    const results = await faces.classify(photo(), { topk: 1, margin: 0 });
    expect(results).toMatchObject([
      { box: box(0, 0, 20), predictions: [{ className: TINY_CARD.classNames[0] }] },
      { box: box(20, 0, 20), score: 0.8, predictions: [{ className: TINY_CARD.classNames[3] }] },
    ]);
    expect(results[0]!.predictions[0]!.probability).toBeGreaterThan(0.99);
  });

  it('classifies the faces of several photos, an array or a batch', async () => {
    const faces = create(finds({ box: box(0, 0, 20) }));
    const one = await faces.classify(photo(), { margin: 0 });
    expect(await faces.classify([photo(), photo()], { margin: 0 })).toEqual([one, one]);
    const batch = tf.tidy(() => tf.tile(tf.tensor4d(Float32Array.from(photo().data), [1, 20, 40, 1]), [2, 1, 1, 1]));
    expect(await faces.classify(batch, { margin: 0 })).toEqual([one, one]);
    batch.dispose();
    expect(await faces.classify([])).toEqual([]);
  });

  it('does not ask the detector where the faces are known', async () => {
    const faces = create({ detect: () => Promise.reject(new Error('asked')) });
    const results = await faces.classify(photo(), { faces: [{ box: box(20, 0, 20) }], topk: 1, margin: 0 });
    expect(results).toMatchObject([{ box: box(20, 0, 20), predictions: [{ className: TINY_CARD.classNames[3] }] }]);
  });

  it('stops when its signal says so, and tells the detector', async () => {
    const controller = new AbortController();
    let told: AbortSignal | undefined;
    const detector: FaceDetector = {
      detect(_, options) {
        told = options?.signal;
        controller.abort(new Error('enough'));
        return [];
      },
    };
    const { signal } = controller;
    await expect(create(detector).classify([photo(), photo()], { signal })).rejects.toThrow('enough');
    expect(told).toBe(signal);
  });

  it('gives an empty list for a photo without a face', async () => {
    expect(await create(finds()).classify(photo())).toEqual([]);
  });

  it('puts the largest face first, and takes no more than are wanted', async () => {
    const detector = finds({ box: box(0, 0, 5) }, { box: box(10, 0, 20) }, { box: box(30, 0, 9) });
    const sides = async (maxFaces?: number) =>
      (await create(detector, { maxFaces }).classify(photo())).map((face) => face.box.width);
    expect(await sides()).toEqual([20, 9, 5]);
    expect(await sides(2)).toEqual([20, 9]);
  });

  it('leaves out faces of which the detector is not sure enough', async () => {
    const detector = finds({ box: box(0, 0, 9), score: 0.4 }, { box: box(9, 0, 8), score: 0.6 }, { box: box(0, 0, 7) });
    const results = await create(detector, { minScore: 0.5 }).classify(photo());
    expect(results.map((face) => face.box.width)).toEqual([8, 7]);
  });

  it('leaves out faces that are too small to show an expression', async () => {
    const detector = finds({ box: box(0, 0, 15) }, { box: { x: 0, y: 0, width: 9, height: 16 } });
    const results = await createFaceClassifier({ detector, classifier }).classify(photo());
    expect(results.map((face) => face.box.height)).toEqual([16]);
  });

  it('takes faces at the edge, and leaves out what no part of the photo shows', async () => {
    const detector = finds(
      { box: box(-10, -10, 15) },
      { box: box(35, 12, 14) },
      { box: box(60, 0, 13) },
      { box: box(-12, 0, 12) },
      { box: box(Number.NaN, 0, 11) },
      { box: box(0, 0, 0) },
      { box: box(-1e9, -1e9, 2e9) },
    );
    const results = await create(detector).classify(photo());
    expect(results.map((face) => face.box.width)).toEqual([15, 14]);
  });

  it('does not follow eyes that cannot be: outside, in profile, or no numbers', async () => {
    const eyes = [
      [[2, 5], [12, 5]],
      [[2, 5], [60, 5]],
      [[6, 5], [7, 5]],
      [[Number.NaN, 5], [9, 5]],
      [undefined, [9, 5]],
    ] as const; // prettier-ignore
    for (const [i, [leftEye, rightEye]] of (eyes as unknown as [Point, Point][]).entries()) {
      const detector = finds({ box: box(0, 0, 15), landmarks: { leftEye, rightEye } });
      const [face] = await create(detector).classify(photo());
      expect(face!.landmarks !== undefined).toBe(i === 0);
    }
  });

  it('shows the photo to the detector as it came and as an RGB tensor', async () => {
    const seen: { source: unknown; shape: number[]; dtype: string; values: number[] }[] = [];
    const detect = async ({ source, pixels }: DetectorPhoto) => {
      seen.push({ source, shape: pixels.shape, dtype: pixels.dtype, values: Array.from(await pixels.data()) });
      return [];
    };
    const faces = create({ detect });
    const gray = { data: Uint8Array.of(7, 9), width: 2, height: 1 };
    const transparent = { data: Uint8Array.of(10, 20, 30, 255, 1, 2, 3, 0), width: 2, height: 1 };
    const tensor = tf.tensor3d([1.6, 2, 3], [1, 1, 3]);
    for (const each of [gray, transparent, tensor]) await faces.classify(each);
    tensor.dispose();
    expect(seen).toEqual([
      { source: gray, shape: [1, 2, 3], dtype: 'int32', values: [7, 7, 7, 9, 9, 9] },
      { source: transparent, shape: [1, 2, 3], dtype: 'int32', values: [10, 20, 30, 255, 255, 255] },
      { source: tensor, shape: [1, 1, 3], dtype: 'int32', values: [2, 2, 3] },
    ]);
  });

  it('decodes encoded photos, and shows the detector their pixels', async () => {
    const { data, width, height } = photo();
    const png = await sharp(data, { raw: { width, height, channels: 1 } })
      .png()
      .toBuffer();
    const detector = finds({ box: box(0, 0, 20) });
    const shown: boolean[] = [];
    const watching: FaceDetector = {
      detect(seen) {
        shown.push(seen.source === seen.pixels);
        return detector.detect();
      },
    };
    const [decoded] = await create(watching).classify(photo(), { margin: 0 });
    expect(await create(watching).classify(png, { margin: 0 })).toEqual([decoded]);
    expect(shown).toEqual([false, false]);
  });

  it.each([
    [undefined, /faces of the detector: expected an array, received undefined/],
    [[{ box: box(0, 0, 9) }, { x: 1 }], /faces of the detector\[1\]: expected a face \{ box/],
    [
      [{ box: box(0, 0, 9), landmarks: { leftEye: { x: 1, y: 1 }, rightEye: [5, 1] } }],
      /landmarks: expected eyes as points \[x, y\], received/,
    ],
    [[{ box: null }], /faces of the detector\[0\]: expected a face/],
  ])('says so if a detector gives what are no faces: %j', async (found, message) => {
    const faces = create({ detect: () => found as never });
    await expect(faces.classify(photo())).rejects.toThrow(InputError);
    await expect(faces.classify(photo())).rejects.toThrow(message);
  });

  it('passes on what the detector throws, and leaves nothing behind', async () => {
    const broken = { detect: () => Promise.reject(new Error('no model')) };
    await expect(create(broken).classify(photo())).rejects.toThrow('no model');
  });

  it('refuses what is no detector, no photo, or not an option', async () => {
    expect(() => createFaceClassifier({ detector: {} as never })).toThrow(
      /expected a face detector with a method detect.*fromHuman/,
    );
    expect(() => createFaceClassifier({ detector: finds(), classifier: 'shallow' as never })).toThrow(/loadClassifier/);
    expect(() => createFaceClassifier({ detector: finds(), classifier: null as never })).toThrow(
      /options.classifier: expected/,
    );
    expect(() => createFaceClassifier({ detector: finds(), minScore: 2 })).toThrow(InputError);
    expect(() => createFaceClassifier({ detector: finds(), maxFaces: 0 })).toThrow(InputError);
    expect(() => createFaceClassifier({ detector: finds(), scoreMin: 0 } as never)).toThrow(
      /received the key "scoreMin"/,
    );
    const faces = create(finds());
    for (const none of [{}, null, undefined, 3, true]) {
      await expect(faces.classify(none as never)).rejects.toThrow(/^classify: expected an image/);
    }
    await expect(faces.classify(photo(), { topk: 0 })).rejects.toThrow(/topk/); // also if no face is found
    await expect(faces.classify(photo(), { views: 'x' as never })).rejects.toThrow(/views/);
    await expect(faces.classify(photo(), { box: box(0, 0, 9) } as never)).rejects.toThrow(/received the key "box"/);
    const [batch, dark] = [tf.zeros<tf.Rank.R4>([2, 4, 4, 3]), tf.fill([4, 4], -9)];
    await expect(faces.classify(batch, { faces: [] })).rejects.toThrow(
      /options.faces: expected one photo, received several/,
    );
    await expect(faces.classify(dark as never)).rejects.toThrow(/values in -9..-9/);
    tf.dispose([batch, dark]);
  });
});
