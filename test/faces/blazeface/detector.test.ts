import * as tf from '@tensorflow/tfjs-core';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DisposedError, InputError } from '../../../src/errors';
import {
  type BlazeFaceDetector,
  type FaceDetectorOptions,
  loadFaceDetector,
} from '../../../src/faces/blazeface/detector';
import type { ImageSource } from '../../../src/image/read';
import { ROOT } from '../../docs/documents';
import { BACKENDS, describeOn, expectNoLeaks, useBackend } from '../../support/backends';

const ASTRONAUT = sharp(`${ROOT}examples/pictures/astronaut.jpg`); // 512 × 512 pixels

/** What reference.py says of the astronaut (TensorFlow 2.21.0), in pixels. */
const EXPECTED = {
  score: 0.9238,
  box: [177.69, 80.72, 272.09, 175.12],
  points: [203.82, 100.84, 247.92, 108.27, 222.2, 124.76, 219.18, 145.62, 177.58, 109.34, 270.89, 124.4],
};

async function decoded(picture: Sharp) {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

describeOn(BACKENDS, 'loadFaceDetector', () => {
  let detector: BlazeFaceDetector;
  expectNoLeaks();
  beforeAll(async () => {
    detector = await loadFaceDetector();
  });
  afterAll(() => detector.dispose());

  it('finds the face that the TFLite interpreter finds, within half a pixel', async () => {
    const [face, ...others] = await detector.detect(await decoded(ASTRONAUT.clone()));
    expect(others).toEqual([]);
    const { x, y, width, height } = face!.box;
    const { leftEye, rightEye, nose, mouth, leftEar, rightEar } = face!.landmarks!;
    expect(face!.score).toBeCloseTo(EXPECTED.score, 3);
    expect([x, y, x + width, y + height]).toBeAllClose(EXPECTED.box, { atol: 0.5 });
    expect([leftEye, rightEye, nose!, mouth!, leftEar!, rightEar!].flat()).toBeAllClose(EXPECTED.points, { atol: 0.5 });
  });
});

describe('a face detector', () => {
  beforeAll(() => useBackend('wasm'));
  expectNoLeaks();

  const found = async (picture: ImageSource, options?: FaceDetectorOptions) => {
    const detector = await loadFaceDetector(options);
    try {
      return await detector.detect(picture);
    } finally {
      detector.dispose();
    }
  };

  it('finds the same in a tensor, in gray and in transparent pixels', async () => {
    const { data, width, height } = await decoded(ASTRONAUT.clone());
    const tensor = tf.tensor3d(new Float32Array(data), [height, width, 3]);
    const [expected] = await found({ data, width, height });
    const [ofTensor] = await found(tensor);
    const rgba = await ASTRONAUT.clone().ensureAlpha().raw().toBuffer();
    const [ofRgba] = await found({ data: rgba, width, height });
    const [ofGray] = await found({ data: await ASTRONAUT.clone().grayscale().raw().toBuffer(), width, height });
    expect(ofTensor!.box.x).toBeCloseTo(expected!.box.x, 3);
    expect(ofRgba).toEqual(expected);
    expect(Math.abs(ofGray!.box.x - expected!.box.x)).toBeLessThan(8);
    tensor.dispose();
  });

  it('finds none where there is none', async () => {
    const suit = ASTRONAUT.clone().extract({ left: 0, top: 300, width: 512, height: 212 });
    expect(await found(await decoded(suit))).toEqual([]);
    for (const [width, height] of [[1, 1], [300, 2], [300, 200]] as const) {
      expect(await found({ data: new Uint8Array(width * height).fill(128), width, height })).toEqual([]);
    } // prettier-ignore
  });

  it('finds far faces at finer scales, the largest first, each once', async () => {
    const [small, tiny] = await Promise.all([250, 190].map((side) => ASTRONAUT.clone().resize(side).png().toBuffer()));
    const field = sharp({ create: { width: 1200, height: 800, channels: 3, background: '#8a9' } });
    const places = [{ input: tiny!, left: 100, top: 600 }, { input: small!, left: 800, top: 300 }]; // prettier-ignore
    const picture = await decoded(field.composite(places));
    expect(await found(picture, { smallFaces: 'never' })).toEqual([]);
    const faces = await found(picture);
    const centers = faces.map(({ box }) => [box.x + box.width / 2, box.y + box.height / 2]);
    expect(faces).toHaveLength(2);
    expect(
      Math.hypot(centers[0]![0]! - 800 - (225 * 250) / 512, centers[0]![1]! - 300 - (115 * 250) / 512),
    ).toBeLessThan(12);
    expect(
      Math.hypot(centers[1]![0]! - 100 - (225 * 190) / 512, centers[1]![1]! - 600 - (115 * 190) / 512),
    ).toBeLessThan(9);
  });

  it('follows a switch of the backend', async () => {
    const detector = await loadFaceDetector();
    const picture = await decoded(ASTRONAUT.clone());
    const [onWasm] = await detector.detect(picture);
    await useBackend('cpu');
    const [onCpu] = await detector.detect(picture);
    expect(onCpu!.box.x).toBeCloseTo(onWasm!.box.x, 2);
    await useBackend('wasm');
    expect((await detector.detect(picture))[0]!.box.x).toBeCloseTo(onWasm!.box.x, 2);
    detector.dispose();
  });

  it('stops when its signal says so', async () => {
    const detector = await loadFaceDetector({ smallFaces: 'always' });
    const picture = { data: new Uint8Array(512 * 512), width: 512, height: 512 };
    await expect(detector.detect(picture, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    );
    detector.dispose();
  });

  it('is refused after dispose, which may be called twice, and rejects what is under way', async () => {
    const detector = await loadFaceDetector({ smallFaces: 'always' });
    const picture = { data: new Uint8Array(512 * 512), width: 512, height: 512 };
    const running = detector.detect(picture);
    detector.dispose();
    detector.dispose();
    await expect(running).rejects.toThrow(DisposedError);
    await expect(detector.detect(picture)).rejects.toThrow(DisposedError);
  });

  it('takes an encoded photo, and names itself if the photo is none', async () => {
    const detector = await loadFaceDetector();
    const [face] = await detector.detect(`${ROOT}examples/pictures/astronaut.jpg`);
    expect(face!.score).toBeCloseTo(EXPECTED.score, 2);
    await expect(detector.detect('missing.jpg')).rejects.toThrow(/^detect: missing\.jpg: expected/);
    await expect(detector.detect(null as never)).rejects.toThrow(/^detect: expected/);
    detector.dispose();
  });

  it('refuses options that are not valid', async () => {
    await expect(loadFaceDetector({ minScore: 2 })).rejects.toThrow(InputError);
    await expect(loadFaceDetector({ smallFaces: true as never })).rejects.toThrow(/smallFaces: expected one of "auto"/);
    await expect(loadFaceDetector({ range: 'far' } as never)).rejects.toThrow(/received the key "range"/);
  });
});
