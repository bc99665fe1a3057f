import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromFaceApi, fromFaceDetection, fromHuman, fromMediaPipe } from '../../src/faces';
import { FerError, InputError } from '../../src/errors';
import type { DetectorPhoto } from '../../src/faces/detector';
import { useBackend } from '../support/backends';

/** Stands for the browser's class. */
class FakeImageData {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

it.each([
  ['fromHuman', fromHuman],
  ['fromFaceApi', fromFaceApi],
  ['fromFaceDetection', fromFaceDetection],
  ['fromMediaPipe', fromMediaPipe],
])('%s refuses what is no detector, such as a promise of one', (name, adapt) => {
  for (const detector of [undefined, null, {}, 'x', Promise.resolve({})]) {
    expect(() => adapt(detector as never)).toThrow(InputError);
    expect(() => adapt(detector as never)).toThrow(`${name}: expected`);
  }
});

// Answers in the form in which the packages give them; test/classify/real-detector.test.ts asks one of them.
describe('the adapters', () => {
  let photo: DetectorPhoto;

  beforeAll(async () => {
    await useBackend('cpu');
    const pixels = tf.zeros<tf.Rank.R3>([512, 512, 3], 'int32');
    const read = () => Promise.reject(new Error('not needed'));
    photo = { source: pixels, width: 512, height: 512, pixels, read };
  });
  afterAll(() => photo.pixels.dispose());

  it('take over the box, the score and the eyes of Human', async () => {
    const annotations = { leftEye: [[203.5, 102.6]], rightEye: [[248.6, 104.1]], nose: [[224, 128.5]] };
    const detect = async (input: unknown) => {
      expect(input).toBe(photo.pixels);
      return {
        face: [
          { box: [153, 54, 146, 146], score: 0.88, annotations },
          { box: [1, 2, 3, 4], score: 0.5 },
        ],
      };
    };
    expect(await fromHuman({ detect }).detect(photo)).toEqual([
      {
        box: { x: 153, y: 54, width: 146, height: 146 },
        score: 0.88,
        landmarks: { leftEye: [203.5, 102.6], rightEye: [248.6, 104.1] },
      },
      { box: { x: 1, y: 2, width: 3, height: 4 }, score: 0.5 },
    ]);
    expect(await fromHuman({ detect: async () => ({}) }).detect(photo)).toEqual([]);
  });

  it('throw the error that a result of Human holds, instead of finding no faces', async () => {
    const detect = async () => ({ face: [], error: 'backend error: webgl' }); // join.empty(error) in Human 3.3
    const finding = fromHuman({ detect }).detect(photo);
    await expect(finding).rejects.toThrow(FerError);
    await expect(finding).rejects.toThrow(
      'fromHuman: detect: expected faces, received the error "backend error: webgl".',
    );
    expect(await fromHuman({ detect: async () => ({ face: [], error: null }) }).detect(photo)).toEqual([]);
  });

  it('take one face of face-api, none, and detections without landmarks', async () => {
    // A FaceDetection has its box and score behind getters of its class.
    class FaceDetection {
      get box() {
        return { x: 163, y: 76, width: 116, height: 110 };
      }
      get score() {
        return 0.97;
      }
    }
    const face = { box: { x: 163, y: 76, width: 116, height: 110 }, score: 0.97 };
    const detection = new FaceDetection();
    expect(await fromFaceApi(async () => undefined).detect(photo)).toEqual([]);
    expect(await fromFaceApi(async () => detection).detect(photo)).toEqual([face]);
    expect(await fromFaceApi(async () => [detection, { detection }]).detect(photo)).toEqual([face, face]);
    expect(await fromFaceApi(async () => ({ detection })).detect(photo)).toEqual([face]);
    await expect(fromFaceApi(async () => [{}] as never).detect(photo)).rejects.toThrow(
      'fromFaceApi: detect: expected faces as detectAllFaces gives them, received an object with the keys []',
    );
  });

  it('ask MediaPipe by detectForVideo in the mode VIDEO, with timestamps that increase', async () => {
    const times: number[] = [];
    const detector = {
      detect: () => {
        throw new Error("Task is not initialized with image mode. 'runningMode' must be set to 'IMAGE'."); // tasks-vision
      },
      detectForVideo: (_: unknown, timestamp: number) => (times.push(timestamp), { detections: [] }),
    };
    Object.assign(globalThis, { ImageData: FakeImageData });
    try {
      const adapted = fromMediaPipe(detector);
      for (let i = 0; i < 3; i++) expect(await adapted.detect(photo)).toEqual([]);
      expect(times).toHaveLength(3);
      expect(times[0]).toBeLessThan(times[1]!);
      expect(times[1]).toBeLessThan(times[2]!);
      const broken = { ...detector, detect: () => { throw new Error('aborted'); } }; // prettier-ignore
      await expect(fromMediaPipe(broken).detect(photo)).rejects.toThrow('aborted');
      const late = { ...detector, detectForVideo: () => { throw new Error('Packet timestamp mismatch'); } }; // prettier-ignore
      await expect(fromMediaPipe(late).detect(photo)).rejects.toThrow(
        /received one in the running mode 'VIDEO' with the error "Packet timestamp mismatch"\. .* set the running mode to 'IMAGE'\.$/,
      );
      await expect(fromMediaPipe({ detect: detector.detect }).detect(photo)).rejects.toThrow(FerError);
    } finally {
      Reflect.deleteProperty(globalThis, 'ImageData');
    }
  });

  it('take the middle of the eyes of face-api', async () => {
    const points = (x: number) => [{ x: x - 4, y: 100 }, { x: x + 4, y: 104 }]; // prettier-ignore
    const landmarks = { getLeftEye: () => points(200), getRightEye: () => points(245) };
    const detection = { box: { x: 163, y: 76, width: 116, height: 110 }, score: 0.97 };
    expect(await fromFaceApi(async () => [{ detection, landmarks }, { detection }]).detect(photo)).toEqual([
      { box: detection.box, score: 0.97, landmarks: { leftEye: [200, 102], rightEye: [245, 102] } },
      { box: detection.box, score: 0.97 },
    ]);
  });

  it('know the eyes of face-detection by their names', async () => {
    const keypoints = [{ x: 203, y: 102, name: 'rightEye' }, { x: 247, y: 103, name: 'leftEye' }, { x: 1, y: 1 }]; // prettier-ignore
    const found = { box: { xMin: 174, yMin: 82, width: 100, height: 101, xMax: 274, yMax: 183 }, keypoints };
    expect(await fromFaceDetection({ estimateFaces: async () => [found] }).detect(photo)).toEqual([
      { box: { x: 174, y: 82, width: 100, height: 101 }, landmarks: { leftEye: [247, 103], rightEye: [203, 102] } },
    ]);
  });

  it('scale the eyes of MediaPipe, which are shares of the picture, and skip what has no box', async () => {
    const keypoints = [{ x: 0.25, y: 0.5 }, { x: 0.375, y: 0.5 }]; // prettier-ignore
    const boundingBox = { originX: 100, originY: 200, width: 90, height: 91, angle: 0 };
    const canvas = { getContext: () => null, width: 512, height: 512 };
    const seen: FakeImageData[] = [];
    const found = {
      detections: [
        { boundingBox, categories: [{ score: 0.9 }], keypoints },
        { categories: [], keypoints },
      ],
    };
    const detect = (image: unknown) => (seen.push(image as FakeImageData), found);
    Object.assign(globalThis, { ImageData: FakeImageData });
    try {
      expect(await fromMediaPipe({ detect }).detect({ ...photo, source: canvas as never })).toEqual([
        {
          box: { x: 100, y: 200, width: 90, height: 91 },
          score: 0.9,
          landmarks: { leftEye: [128, 256], rightEye: [192, 256] },
        },
      ]);
      expect(seen).toMatchObject([{ width: 512, height: 512, data: { length: 512 * 512 * 4 } }]);
    } finally {
      Reflect.deleteProperty(globalThis, 'ImageData');
    }
  });
});
