import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromHuman, type HumanLike } from '../../src/faces/adapters/human';
import type { Classifier } from '../../src/classify/classifier';
import { createFaceClassifier, type FaceClassifier } from '../../src/faces/face-classifier';
import { loadClassifier } from '../../src/classify/load';
import { createTracker } from '../../src/faces/tracker';
import { ROOT } from '../docs/documents';
import { useBackend } from '../support/backends';
import { serve } from '../support/browser';
import { installOnDemand } from '../support/on-demand';

const PACKAGES = { '@vladmandic/human': '3.3.6', '@tensorflow/tfjs-converter': '4.22.0' };
const require = await installOnDemand('human', PACKAGES);

const off = { enabled: false };
const ASTRONAUT = sharp(`${ROOT}examples/pictures/astronaut.jpg`); // 512 × 512 pixels
const FACE = { x: 225, y: 115, side: 100 }; // about, as one sees it

type Human = HumanLike & { load(): Promise<void> };

/** The pixels of a picture. */
async function decoded(picture: Sharp) {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

// Human, a face detector with its model in the package, is installed when this runs; without a network the suite is skipped.
describe.skipIf(!require)('createFaceClassifier with the detector of Human', { timeout: 300_000 }, () => {
  let faces: FaceClassifier;
  let classifier: Classifier;
  let close: () => void;

  beforeAll(async () => {
    await useBackend('wasm');
    const folder = dirname(
      require!.resolve(`${ROOT}node_modules/.cache/fer-cnn-tests/human/node_modules/@vladmandic/human/package.json`),
    );
    const files = ['blazeface.json', 'blazeface.bin'].map((file) => [
      `/${file}`,
      readFileSync(`${folder}/models/${file}`),
    ]);
    const server = await serve(Object.fromEntries(files)); // Node's fetch does not read files
    close = server.close;
    const { Human } = require!(`${folder}/dist/human.node-wasm.js`) as { Human: new (config: object) => Human };
    const detector = { rotation: false, maxDetected: 20, minConfidence: 0.4 };
    const others = { mesh: off, iris: off, emotion: off, description: off, antispoof: off, liveness: off };
    const human = new Human({
      backend: '',
      debug: false,
      modelBasePath: server.url,
      cacheSensitivity: 0,
      face: { enabled: true, detector, ...others },
      ...{ filter: off, gesture: off, body: off, hand: off, object: off, segmentation: off },
    });
    await human.load();
    classifier = await loadClassifier();
    faces = createFaceClassifier({ detector: fromHuman(human), classifier });
  });
  afterAll(() => {
    classifier?.dispose();
    close?.();
  });

  /** Whether a box is around a face of the portrait that was moved, and scaled. */
  function isAround(box: { x: number; y: number; width: number; height: number }, x: number, y: number, scale = 1) {
    const [dx, dy] = [box.x + box.width / 2 - x - FACE.x * scale, box.y + box.height / 2 - y - FACE.y * scale];
    return (
      Math.hypot(dx, dy) < 0.35 * FACE.side * scale &&
      box.width > 0.7 * FACE.side * scale &&
      box.width < 2 * FACE.side * scale
    );
  }

  it('finds the happy face in a portrait, and leaves no tensors', async () => {
    const picture = await decoded(ASTRONAUT.clone());
    await faces.classify(picture);
    const before = tf.memory().numTensors;
    const found = await faces.classify(picture, { topk: 1 });
    expect(tf.memory().numTensors).toBe(before);
    expect(found).toHaveLength(1);
    expect(isAround(found[0]!.box, 0, 0)).toBe(true);
    expect(found[0]!.score).toBeGreaterThan(0.5);
    expect(found[0]!.landmarks).toBeDefined();
    expect(found[0]!.predictions[0]!.className).toBe('happy');
  });

  it('finds none where there is none', async () => {
    const suit = ASTRONAUT.clone().extract({ left: 0, top: 300, width: 512, height: 212 });
    expect(await faces.classify(await decoded(suit))).toEqual([]);
    expect(await faces.classify({ data: new Uint8Array(300 * 200).fill(128), width: 300, height: 200 })).toEqual([]);
  });

  it('finds many', async () => {
    const tile = await ASTRONAUT.clone().resize(256).png().toBuffer();
    const places = [0, 1, 2, 3, 4, 5].map((i) => ({ left: 256 * (i % 3), top: 256 * Math.floor(i / 3) }));
    const wall = sharp({ create: { width: 768, height: 512, channels: 3, background: 'white' } });
    const found = await faces.classify(
      await decoded(wall.composite(places.map((place) => ({ input: tile, ...place })))),
    );
    expect(found).toHaveLength(6);
    for (const { left, top } of places) {
      const own = found.filter(({ box }) => isAround(box, left, top, 0.5));
      expect(own).toHaveLength(1);
      expect(own[0]!.predictions[0]!.className).toBe('happy');
    }
  });

  it('finds one at the edge that is partly cut off', async () => {
    const cut = ASTRONAUT.clone().extract({ left: 195, top: 0, width: 317, height: 400 });
    const found = await faces.classify(await decoded(cut));
    expect(found).toHaveLength(1);
    expect(isAround(found[0]!.box, -195, 0)).toBe(true);
    expect(found[0]!.predictions).toHaveLength(7);
  });

  it.each([-25, 25])('finds one turned by %i°, and turns it upright', async (angle) => {
    const found = await faces.classify(await decoded(ASTRONAUT.clone().rotate(angle, { background: 'gray' })));
    expect(found).toHaveLength(1);
    expect(found[0]!.predictions[0]!.className).toBe('happy');
  });

  it.each([
    ['of one pixel', 1, 1],
    ['of 12 pixels', 12, 12],
    ['that is a line', 300, 2],
    ['of 9 megapixels', 3000, 3000],
  ])('takes a picture %s', async (_title, width, height) => {
    const found = await faces.classify(await decoded(ASTRONAUT.clone().resize(width, height, { fit: 'fill' })));
    if (width < 3000) return expect(found).toEqual([]);
    expect(found).toHaveLength(1);
    expect(isAround(found[0]!.box, 0, 0, 3000 / 512)).toBe(true);
    expect(found[0]!.predictions[0]!.className).toBe('happy');
  });

  it('follows a face that moves through the frames of a film', async () => {
    const tracker = createTracker(faces);
    const ids: number[] = [];
    for (const [i, left] of [0, 15, 30, 45].entries()) {
      const frame = await decoded(ASTRONAUT.clone().extract({ left, top: 0, width: 440, height: 440 }));
      const followed = await tracker.update(frame, 40 * i);
      expect(followed).toMatchObject([{ className: 'happy' }]);
      ids.push(followed![0]!.id);
    }
    expect(ids).toEqual([1, 1, 1, 1]);
    tracker.dispose();
  });
});
