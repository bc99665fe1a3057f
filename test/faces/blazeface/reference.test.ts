import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlazeFaceDetector, loadFaceDetector } from '../../../src/faces/blazeface/detector';
import { readDetector } from '../../../src/faces/blazeface/network';
import { samplePhoto } from '../../../src/faces/blazeface/sample';
import { INPUT_SIZE, VALUES } from '../../../src/faces/blazeface/shape';
import { wholePhoto } from '../../../src/faces/blazeface/views';
import type { DetectedFace } from '../../../src/faces/detector';
import { openPhoto } from '../../../src/faces/photo';
import { ROOT } from '../../docs/documents';
import { useBackend } from '../../support/backends';
import { findPython, needsPython, runPython } from '../../support/python';

const PHOTOS = fileURLToPath(new URL('../../../../shared/data/photos/', import.meta.url));
const SCRIPT = fileURLToPath(new URL('reference.py', import.meta.url));
const MODEL = createRequire(import.meta.url).resolve('@mediapipe/face_detection/face_detection_short_range.tflite');

interface Reference {
  name: string;
  inputError: number;
  scores: number[];
  regressors: number[];
  faces: { score: number; box: number[]; points: [number, number][] }[];
}

const python = findPython('tensorflow', 'numpy');
const names = existsSync(PHOTOS) ? readdirSync(PHOTOS).filter((file) => file.endsWith('.jpg')) : [];
const title = names.length > 0 ? 'TensorFlow in Python' : 'TensorFlow in Python (skipped: no photos)';

describe.skipIf(!python || names.length === 0)(needsPython(title, python, 'tensorflow', 'numpy'), () => {
  const results = new Map<
    string,
    { values: Float32Array; faces: DetectedFace[]; side: number; reference: Reference }
  >();
  let detector: BlazeFaceDetector;
  let folder: string;

  beforeAll(async () => {
    await useBackend('wasm');
    detector = await loadFaceDetector({ smallFaces: 'never' });
    const source = await readDetector();
    await source.prepare();
    const network = source.make();
    folder = await mkdtemp(join(tmpdir(), 'fer-cnn-blazeface-'));
    const ours: { name: string; width: number; height: number; values: Float32Array; faces: DetectedFace[] }[] = [];
    for (const file of [...names.map((name) => join(PHOTOS, name)), `${ROOT}examples/pictures/astronaut.jpg`]) {
      const picture = sharp(file).rotate().removeAlpha().raw();
      const { data, info } = await picture.toBuffer({ resolveWithObject: true });
      const { width, height } = info;
      const name = String(ours.length);
      const input = new Float32Array(INPUT_SIZE * INPUT_SIZE * 3);
      samplePhoto({ data, width, height, channels: 3 }, wholePhoto([height, width]), input);
      const output = tf.tidy(() => network.run(tf.tensor4d(input, [1, INPUT_SIZE, INPUT_SIZE, 3])));
      const values = await output.data<'float32'>();
      output.dispose();
      const photo = await openPhoto({ data, width, height }, 'test');
      const faces = await detector.detect(photo);
      photo.dispose();
      await writeFile(join(folder, `${name}.rgb`), data);
      await writeFile(join(folder, `${name}.input`), new Uint8Array(input.buffer));
      ours.push({ name, width, height, values, faces });
    }
    network.dispose();
    await writeFile(
      join(folder, 'photos.json'),
      JSON.stringify(ours.map(({ name, width, height }) => ({ name, width, height }))),
    );
    const lines = (await runPython(python!, SCRIPT, MODEL, 'photos', folder)).trim().split('\n');
    lines.forEach((line, i) => {
      const { name, values, faces, width, height } = ours[i]!;
      results.set(name, { values, faces, side: Math.max(width, height), reference: JSON.parse(line) as Reference });
    });
  }, 600_000);
  afterAll(async () => {
    detector?.dispose();
    if (folder) await rm(folder, { recursive: true });
  });

  const largest = (errors: readonly number[]) => errors.reduce((most, error) => Math.max(most, error), 0);
  const apart = (a: readonly number[], b: readonly number[]) => largest(a.map((value, i) => Math.abs(value - b[i]!)));

  it('is asked about at least fifty photos', () => expect(results.size).toBeGreaterThan(50));

  it('draws the same network input from a photo', () => {
    for (const { reference } of results.values()) expect(reference.inputError).toBeLessThan(1e-5);
  });

  it('computes the same raw outputs, within 1e-5 of the largest magnitude', () => {
    for (const { values, reference } of results.values()) {
      const { scores, regressors } = reference;
      const [ourScores, ourRegressors] = [0, 1].map((kind) =>
        Array.from(values).filter((_, i) => Number(i % VALUES > 0) === kind),
      );
      expect(apart(ourScores!, scores) / largest(scores.map(Math.abs))).toBeLessThan(1e-5);
      expect(apart(ourRegressors!, regressors) / largest(regressors.map(Math.abs))).toBeLessThan(1e-5);
    }
  });

  it('finds the same faces: scores, boxes and points within 1e-3', () => {
    let found = 0;
    for (const { faces, side, reference } of results.values()) {
      const ours = [...faces].sort((a, b) => b.score! - a.score!);
      expect(ours).toHaveLength(reference.faces.length);
      reference.faces.forEach(({ score, box: [left, top, right, bottom], points }, i) => {
        const { box, landmarks, score: own } = ours[i]!;
        const { leftEye, rightEye, nose, mouth, leftEar, rightEar } = landmarks!;
        expect(Math.abs(own! - score)).toBeLessThan(1e-3);
        expect(
          apart([box.x, box.y, box.x + box.width, box.y + box.height], [left!, top!, right!, bottom!]) / side,
        ).toBeLessThan(1e-3);
        const ownPoints = [leftEye, rightEye, nose!, mouth!, leftEar!, rightEar!].flat();
        expect(apart(ownPoints, points.flat()) / side).toBeLessThan(1e-3);
        found++;
      });
    }
    expect(found).toBeGreaterThanOrEqual(results.size);
  });
});
